"""Reads what trackers' deliveries share: a kind, a title, the person hit, stack frames."""

import re
from collections.abc import Container, Iterable, Mapping
from ipaddress import ip_address

from bot.adapters.common.reading import LINE, Data, foreseen, web_address
from bot.bug.errors import Unreadable
from bot.bug.values import AlertKind, AlertLink, CustomerHint
from bot.text import cut, one_line

_FRAMES = 20
_ADDRESS = re.compile(r"""[^\s@<>()\[\]"',;:*][^\s@<>()\[\]",;:*]*@[^\s@<>()\[\]"',;:*]*[^\s@<>()\[\]"',;:*.]""")
_NOBODY = frozenset({"0", "-1", "null", "none", "nil", "nan", "undefined", "unknown", "anonymous", "guest", "n/a"})
_MASKED = re.compile(r"\[?(filtered|redacted|removed|masked|scrubbed)\]?|[*•x]{3,}")


def kind_of(
    word: str, known: Mapping[str, AlertKind], left_out: Container[str], *, service: str, ours: bool = True
) -> AlertKind | None:
    """What the service's own word means; None for what is left out on purpose. Raises as `foreseen` does."""
    foreseen(word, known, left_out, service=service, ours=ours)
    return known.get(word)


def must_name(kind: AlertKind, group: str, missing: str) -> str:
    """The error's id. Raises Unreadable where a delivery about an error names none."""
    if not group:
        raise Unreadable(
            f"The delivery is about an error ({kind.value}), but does not say which: {missing} is missing."
        )
    return group


def linked(source: str, pattern: re.Pattern[str], url: str) -> AlertLink | None:
    """The error that an address names; None for any other address. The pattern names `group`, and `event` and `project` where it can."""
    found = pattern.match(url)
    if found is None:
        return None
    said = found.groupdict()
    project, event = said.get("project") or "", said.get("event") or ""
    return AlertLink(source=source, group=said["group"], event=event, project=project, url=web_address(url))


def title(kind: str, message: str) -> str:
    """ "ErrorException: Undefined index: crud"; either half may be empty, or the message begin with the kind already."""
    if message.startswith(kind):
        return cut(one_line(message), LINE)
    return cut(one_line(f"{kind}: {message}" if message else kind), LINE)


def customer(*, id: str = "", name: str = "", email: str = "") -> CustomerHint:  # noqa: A002 -- the value's own word
    """The customer who was hit. What many share names nobody: an IP address, "undefined", what a tracker masked.

    Of "Mia <mia@example.com>" the address counts, and the name where there is no other.
    """
    address = _ADDRESS.search(email)
    before = email[: address.start()].strip(" <\"'") if address else ""
    return CustomerHint(
        id="" if _is_ip(id) or _is_nobody(id) else id,
        name="" if _is_nobody(name) else name or before.removesuffix("mailto:").strip(),
        email=address[0] if address else "",
    )


def frame(row: Data, *, file: str, line: str, function: str) -> str:
    """ "app/Crud.php:34 generate"; the arguments are the paths of the parts."""
    place = ":".join(filter(None, (row.line(file), row.line(line, limit=12))))
    return " ".join(filter(None, (place, row.line(function))))


def frames(rows: Iterable[tuple[str, bool]]) -> tuple[str, ...]:
    """At most 20 of (frame, in project): those in the project where any is marked so."""
    known = [(text, own) for text, own in rows if text]
    ours = [text for text, own in known if own]
    return tuple((ours or [text for text, _ in known])[:_FRAMES])


def _is_nobody(text: str) -> bool:
    """Sentry writes [Filtered] for what it masks; the other words are what apps send where nobody is logged in."""
    bare = text.strip().casefold()
    return bare in _NOBODY or bool(_MASKED.fullmatch(bare))


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
