"""Alertmanager and Grafana: one delivery holds several alerts, each becomes one of ours.

Both send one body; Grafana adds fields, and from version 12 on it can sign.
"""

import hashlib
import json
from collections.abc import Mapping

from bot.adapters.common.reading import LINE, Data, load
from bot.adapters.common.signing import carries, hex_signature, require, same
from bot.adapters.ports import Hook, TrackerAdapter
from bot.adapters.trackers.common.alerts import kind_of
from bot.bug.errors import Unreadable
from bot.bug.values import Alert, AlertKind, AlertLink
from bot.text import cut

SOURCE = "alertmanager"

_MOST = 200
"""Alerts of one delivery; the sender's own limits (max_alerts, truncatedAlerts) are far below."""

_OVER = frozenset({"resolved", "ok"})
"""An alert of any other status is taken as firing: better a card too much."""

_STATES = {"alerting": AlertKind.OCCURRED, "no_data": AlertKind.OCCURRED, "ok": AlertKind.RESOLVED}
_LEFT_OUT = frozenset({"paused", "pending", "unknown"})
"""Of a panel's alert before Grafana 9: it is switched off, or waits before it fires."""

_WHERE = ("instance", "host", "hostname", "pod", "container", "job")
_WHAT = ("service", "app", "application", "job", "namespace")
_SAME_FOR_ALL = frozenset(
    {"alertname", "severity", "priority", "level", "prometheus", "grafana_folder", "monitor", "receiver"}
)
"""Labels that tell nothing of which one it is."""
_STAGE = ("environment", "env", "stage")


def verify(hook: Hook, secret: str | None) -> None:
    require(
        secret is None or carries(hook, secret) or _is_signed(hook, secret),
        "The delivery carries no proof: let it send [hooks.alertmanager] secret as a bearer token or password, or sign with it.",
    )


def parse(hook: Hook, options: Mapping[str, object]) -> tuple[Alert, ...]:
    body = load(hook.body)
    if body.key("ruleId") and body.line("state"):
        return _panel_alert(body)
    if not isinstance(body.at("alerts").value, list):
        raise Unreadable("This is no Alertmanager or Grafana webhook: the list alerts is missing.")
    rows = body.rows("alerts")[:_MOST]
    found = tuple(_alert(body, row) for row in rows if _group(row))
    if not found:
        raise Unreadable("The list alerts is empty, or none of the alerts has a fingerprint or labels.")
    return found


def link(url: str) -> AlertLink | None:
    """None: no address of theirs names a fingerprint."""
    return None


def _is_signed(hook: Hook, secret: str) -> bool:
    """Grafana signs "TIMESTAMP:BODY" where it is set up to send a timestamp, else the body alone."""
    stamp = hook.headers.get("x-grafana-alerting-timestamp", "")
    signed = f"{stamp}:".encode("utf-8", "replace") + hook.body if stamp else hook.body
    return same(hook.headers.get("x-grafana-alerting-signature", ""), hex_signature(secret, signed))


def _group(row: Data) -> str:
    """The fingerprint of the labels; an old sender leaves it out, and then it is ours."""
    labels = row.facts("labels")
    own = hashlib.sha256(json.dumps(labels, sort_keys=True).encode()).hexdigest()[:16] if labels else ""
    return row.key("fingerprint") or own


def _title(body: Data, row: Data) -> str:
    """What it is, which one it is, and what is wrong with it: several alerts of one rule share their name and summary."""
    labels, notes = row.at("labels"), row.at("annotations")
    name = notes.line("summary", "title") or labels.line("alertname") or body.line("title") or "Alert without a name"
    known = name.lower()
    which = [value for value in _which(body, row) if value.lower() not in known]
    about = notes.line("description", "message")
    parts = [", ".join(which), about if about.lower() not in known else ""]
    return cut(" · ".join(filter(None, (name, *parts))), LINE)


def _which(body: Data, row: Data) -> list[str]:
    """The labels that tell this alert from others of its rule: those that the alerts beside it do not share, places first."""
    labels, common = row.facts("labels"), body.facts("commonLabels")
    own = {name.removeprefix("labels."): value for name, value in labels.items()}
    shared = {name.removeprefix("commonLabels.") for name in common} if len(body.rows("alerts")) > 1 else set()
    names = [name for name in own if name not in _SAME_FOR_ALL and name not in shared and not name.startswith("__")]
    return [own[name] for name in sorted(names, key=_first_places)]


def _first_places(name: str) -> tuple[int, str]:
    """The stage last: it stands on the card anyway."""
    return (_WHERE.index(name) if name in _WHERE else len(_WHERE) + (name in _STAGE), name)


def _alert(body: Data, row: Data) -> Alert:
    labels, notes = row.at("labels"), row.at("annotations")
    over = (row.line("status") or body.line("status")).lower() in _OVER
    kind = AlertKind.RESOLVED if over else AlertKind.OCCURRED
    return Alert(
        source=SOURCE,
        group=_group(row),
        kind=kind,
        event=row.key("endsAt" if over else "startsAt"),
        title=_title(body, row),
        message=notes.text("description", "message") or row.text("valueString"),
        context=labels.line(*_WHERE),
        project=labels.line(*_WHAT),
        stage=labels.line(*_STAGE),
        severity=labels.severity("severity", "priority", "level"),
        url=row.url("panelURL", "dashboardURL", "generatorURL") or body.url("externalURL"),
        at=row.time("endsAt" if over else "startsAt"),
        facts=row.facts("labels", "annotations", "values", "valueString", "startsAt"),
    )


def _panel_alert(body: Data) -> tuple[Alert, ...]:
    """Of a dashboard's panel, as Grafana sent it before version 9, and up to 10 where the old alerting was kept."""
    kind = kind_of(body.line("state").lower(), _STATES, _LEFT_OUT, service="Grafana")
    if kind is None:
        return ()
    about = body.line("message")
    rule = cut(" · ".join(filter(None, (body.line("ruleName", "title"), about))), LINE)
    return (
        Alert(
            source=SOURCE,
            group=f"rule-{body.key('orgId') or 1}-{body.key('ruleId')}",
            kind=kind,
            title=rule or "Alert without a name",
            message=body.text("message"),
            url=body.url("ruleUrl"),
            facts=body.facts("evalMatches", "tags", "title"),
        ),
    )


ADAPTER = TrackerAdapter(name=SOURCE, verify=verify, parse=parse, link=link)
