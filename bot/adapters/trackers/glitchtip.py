"""GlitchTip: its webhook in each form that it can post (Slack's attachments, Discord, Google Chat), and links to its issues.

It signs nothing and sends no ids: an issue is known by its address.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from bot.adapters.common.reading import LINE, LONG, Data, load, tidy, web_address
from bot.adapters.ports import Hook, TrackerAdapter, unsigned
from bot.bug.errors import UnknownKind, Unreadable
from bot.bug.values import Alert, AlertKind, AlertLink, Severity
from bot.text import cut, one_line

SOURCE = "glitchtip"

_MOST = 100
"""Issues of one alert; GlitchTip itself names a few and counts the rest."""
_BACK_UP = re.compile(r"\bis back up\b", re.IGNORECASE)
_PLACE = re.compile(r"/(?P<what>issues|uptime-monitors)/(?P<id>[\w-]{1,64})")
_LINK = re.compile(
    r"https?://(?:[\w-]{1,63}\.){0,6}glitchtip(?:\.[\w-]{1,63}){0,6}(?::\d+)?/[^/?#\s]+/issues/\d{1,30}(?![^/?#])",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]{0,200}>")
_COLOURS = {"e52b50": Severity.ERROR, "e9b949": Severity.WARNING, "4b60b4": Severity.INFO}
"""The stripe tells the level where nothing else does; another colour tells nothing."""


def parse(hook: Hook, options: Mapping[str, object]) -> tuple[Alert, ...]:
    body = load(hook.body)
    if not is_one(body):
        raise Unreadable("This is no GlitchTip webhook: neither its text nor its card says “GlitchTip”.")
    return read(body)


def link(url: str) -> AlertLink | None:
    if not _LINK.match(url):
        return None
    return AlertLink(source=SOURCE, group=_group(url), url=web_address(url))


def is_one(body: Data) -> bool:
    """Whether a body is GlitchTip's; it may have been given the address of a Sentry hook."""
    return _heading(body).lower().startswith("glitchtip")


def read(body: Data) -> tuple[Alert, ...]:
    found = tuple(alert for row in _rows(body) if (alert := _alert(row)))
    if not found:
        raise UnknownKind("GlitchTip", f"{cut(body.line('text', 'content') or _heading(body), 60)}, without an issue")
    return found


def _heading(body: Data) -> str:
    card = body.line("cardsV2.0.card.header.title")
    return body.line("alias") if body.line("alias").lower() == "glitchtip" else body.line("text", "content") or card


def _rows(body: Data) -> Iterator[Data]:
    """Each issue in one form: title, url, text, project and the fields by their names in lower case."""
    for row in body.rows("attachments")[:_MOST]:
        yield _row(row, row.at("title_link").value, row.text("text"), row.rows("fields"), "title")
    for row in body.rows("embeds")[:_MOST]:
        yield _row(row, row.at("url").value, row.text("description"), row.rows("fields"), "name")
    for row in body.rows("cardsV2")[:_MOST]:
        yield _google(row.at("card"))


def _row(row: Data, url: object, text: str, fields: tuple[Data, ...], name: str) -> Data:
    named = {field.line(name).lower(): field.text("value") for field in fields}
    return Data({**named, "title": row.line("title"), "url": url, "text": text, "color": row.line("color")})


def _google(card: Data) -> Data:
    """An issue's name stands in the first section's heading, in colour; a monitor's in the card's subtitle."""
    widgets = [widget for section in card.rows("sections") for widget in section.rows("widgets")]
    said = [(w.line("decoratedText.topLabel").lower(), w.text("decoratedText.text")) for w in widgets]
    links = [
        w.url("decoratedText.button.onClick.openLink.url", "buttonList.buttons.0.onClick.openLink.url") for w in widgets
    ]
    heading = one_line(_TAG.sub("", tidy(card.text("sections.0.header"))))
    known = {name: text for name, text in said if name}
    return Data(
        {
            **known,
            "title": heading or card.line("header.subtitle"),
            "project": card.line("header.subtitle") if heading else "",
            "url": next(filter(None, links), ""),
            "text": known.get("culprit", "") or next((text for name, text in said if not name), ""),
        }
    )


def _alert(row: Data) -> Alert | None:
    """None for a row that names nothing."""
    url, name = row.url("url"), row.line("title")
    if not url and not name:
        return None
    monitor, text = "/uptime-monitors/" in url, row.text("text", limit=LONG)
    return Alert(
        source=SOURCE,
        group=_group(url) if url else Data({"of": f"{row.line('project')} {name}"}).key("of"),
        kind=AlertKind.RESOLVED if monitor and _BACK_UP.search(text) else AlertKind.OCCURRED,
        title=cut(f"{name or 'A site'} is down" if monitor else name or "Error without a name", LINE),
        message=text if monitor else name.partition(": ")[2],
        context="" if monitor else cut(one_line(text), LINE),
        project=row.line("project"),
        stage=row.line("environment"),
        severity=_COLOURS.get(row.line("color").lstrip("#").lower()),
        url=url,
        release=row.line("release"),
        facts=Data({k: v for k, v in _known(row).items() if k not in _READ}).facts(),
    )


_READ = frozenset({"title", "url", "text", "color", "project", "environment", "release", "culprit"})


def _known(row: Data) -> Mapping[str, object]:
    return row.value if isinstance(row.value, Mapping) else {}


def _group(url: str) -> str:
    """ "errors.example.com/issues/7": the same however the rest of the address is written."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return Data({"of": url}).key("of")
    place = _PLACE.search(parts.path)
    named = f"{parts.netloc}/{place['what']}/{place['id']}" if place else f"{parts.netloc}{parts.path}"
    return Data({"of": named.lower()}).key("of")


ADAPTER = TrackerAdapter(name=SOURCE, verify=unsigned, parse=parse, link=link)
