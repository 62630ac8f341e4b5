"""What trackers and alerting really post to a hook, by their documentation."""

from collections.abc import Iterator
from typing import Any

from tests.slack.delivery import BAD, CARD, LEFT, MORE, NUMBERS, ODD, Delivery, Json

# -- Sentry's internal integration


def _sentry(resource: str, action: str, data: Json) -> tuple[Json, Json]:
    body = {"action": action, "actor": {"id": 8, "name": "Tomás", "type": "user"}, "installation": {"uuid": "11-22"}}
    return {**body, "data": data}, {"Sentry-Hook-Resource": resource}


def _sentry_event(**changed: Any) -> Json:
    number = next(NUMBERS)
    event = {
        "event_id": f"{number:032x}",
        "issue_id": str(number),
        "title": f"ValueError: currency {number}",
        "level": "error",
        "environment": "production",
        "web_url": f"https://acme.sentry.io/issues/{number}/events/{number:032x}/",
        "issue_url": f"https://sentry.io/api/0/issues/{number}/",
    }
    return {k: v for k, v in {**event, **changed}.items() if v is not None}


def _sentry_issue(number: int = 0, **changed: Any) -> Json:
    number = number or next(NUMBERS)
    issue = {"id": str(number), "title": f"KeyError: {number}", "level": "error", "count": "1", "status": "unresolved"}
    return {**issue, "project": {"slug": "shop"}, "web_url": f"https://acme.sentry.io/issues/{number}/", **changed}


def _sentry_kinds() -> Iterator[Delivery]:
    def one(name: str, outcome: str, resource: str, action: str, data: Json, words: str = "") -> Delivery:
        body, headers = _sentry(resource, action, data)
        return Delivery("sentry", name, outcome, body, words, headers)

    rule = {"triggered_rule": "all"}
    yield one("alert", CARD, "event_alert", "triggered", {"event": _sentry_event(), **rule}, "ValueError: currency")
    yield one(
        "alert without issue_id, by web_url",
        CARD,
        "event_alert",
        "triggered",
        {"event": _sentry_event(issue_id=None, issue_url=None), **rule},
    )
    yield one(
        "alert without issue_id, by issue_url",
        CARD,
        "event_alert",
        "triggered",
        {"event": _sentry_event(issue_id=None, web_url=None), **rule},
    )
    yield one(
        "alert of nothing",
        BAD,
        "event_alert",
        "triggered",
        {"event": _sentry_event(issue_id=None, web_url=None, issue_url=None), **rule},
    )
    yield one("error", CARD, "error", "created", {"error": _sentry_event()})
    yield one("issue", CARD, "issue", "created", {"issue": _sentry_issue()}, "KeyError")
    for action in ("resolved", "archived", "unresolved"):
        number = next(NUMBERS)
        yield one(f"before {action}", CARD, "issue", "created", {"issue": _sentry_issue(number)})
        yield one(action, MORE, "issue", action, {"issue": _sentry_issue(number)})
    yield one("assigned", LEFT, "issue", "assigned", {"issue": _sentry_issue()})
    yield one("installed", LEFT, "installation", "created", {"installation": {"uuid": "11-22"}})
    yield one("removed", LEFT, "installation", "deleted", {"installation": {"uuid": "11-22"}})
    metric = {"metric_alert": {"id": "1", "title": "Too many"}, "description_title": "Critical: Too many errors"}
    yield one("metric alert", CARD, "metric_alert", "critical", metric, "Too many")
    yield one("metric alert is over", MORE, "metric_alert", "resolved", metric)
    yield one("seer", ODD, "seer", "root_cause_completed", {"run_id": 7}, "seer")
    yield one("an action of tomorrow", ODD, "issue", "merged", {"issue": _sentry_issue()}, "merged")
    yield one("issue without an id", BAD, "issue", "created", {"issue": {}})
    yield one("a list as data", BAD, "issue", "created", [])  # type: ignore[arg-type]
    yield one("metric alert of tomorrow", ODD, "metric_alert", "flapping", metric, "metric_alert")
    no_header = _sentry("", "critical", {"metric_alert": {"id": "2", "title": "Too slow"}})[0]
    yield Delivery("sentry", "metric alert without its header", CARD, no_header, "Too slow")


# -- Sentry's WebHooks plugin, and GlitchTip's webhooks


def _plugin(**changed: Any) -> Json:
    number = next(NUMBERS)
    event = {
        "event_id": f"{number:032x}",
        "level": "error",
        "environment": "production",
        "user": {"id": "9", "email": f"mia{number}@studio.example"},
        "exception": {"values": [{"type": "ZeroDivisionError", "value": "division by zero"}]},
        "title": "ZeroDivisionError: division by zero",
    }
    body = {"id": str(number), "project": "shop", "project_name": "Shop", "project_slug": "shop", "logger": None}
    said = {"level": "error", "culprit": "shop.cart in total", "message": "ZeroDivisionError: division by zero"}
    place = {"url": f"https://acme.sentry.io/issues/{number}/?referrer=webhooks_plugin", "triggering_rules": ["all"]}
    return {**body, **said, **place, "event": event, **changed}


def _old_plugin() -> Json:
    """As Sentry 8 and 9 posted it."""
    number = next(NUMBERS)
    body = _plugin(id=str(number), url=f"https://sentry.example.com/acme/shop/issues/{number}/")
    user = {"username": "ivy", "id": "3", "email": "ivy@garden.example"}
    extra = {"sentry.interfaces.User": user, "sentry.interfaces.Message": {"message": "Bad"}, "tags": [["a", "b"]]}
    return {**body, "message": "Something old broke", "event": {"event_id": f"{number:032x}", **extra}}


def _site() -> str:
    return f"https://errors.example.com/acme/issues/{next(NUMBERS)}"


def _attachment(url: str, title: str = "ZeroDivisionError: division by zero") -> Json:
    fields = [
        {"title": "Project", "value": "shop", "short": True},
        {"title": "Environment", "value": "production", "short": True},
        {"title": "Server Name", "value": "web-3", "short": True},
        {"title": "Release", "value": "2026.10.1", "short": False},
    ]
    look = {"image_url": None, "color": "#e52b50", "mrkdown_in": ["text"]}
    return {"title": title, "title_link": url, "text": "shop.cart in total", "fields": fields, **look}


def _slack_form(*attachments: Json, text: str = "GlitchTip Alert") -> Json:
    sections = [
        {"activityTitle": a.get("title"), "activitySubtitle": f"[View Issue SHOP-7]({a['title_link']})"}
        for a in attachments
    ]
    return {"alias": "GlitchTip", "text": text, "attachments": list(attachments), "sections": sections}


def _discord_form(url: str) -> Json:
    fields = [{"name": "Project", "value": "shop", "inline": True}]
    fields.append({"name": "Environment", "value": "production", "inline": True})
    embed = {"title": "TypeError: x is undefined", "description": "cart.js in add", "color": 15018832, "url": url}
    return {"content": "GlitchTip Alert", "embeds": [{**embed, "fields": fields}]}


def _google_form(url: str) -> Json:
    said = [
        {"decoratedText": {"topLabel": "Culprit", "text": "cart.js in add"}},
        {"decoratedText": {"topLabel": "Environment", "text": "production"}},
        {"buttonList": {"buttons": [{"text": "View Issue SHOP-8", "onClick": {"openLink": {"url": url}}}]}},
    ]
    header = "<font color='#e52b50'>RangeError: too long</font>"
    card = {
        "header": {"title": "GlitchTip Alert", "subtitle": "shop"},
        "sections": [{"header": header, "widgets": said}],
    }
    return {"cardsV2": [{"cardId": "createCardMessage", "card": card}]}


def _plugin_kinds() -> Iterator[Delivery]:
    yield Delivery("sentry", "plugin", CARD, _plugin(), "ZeroDivisionError: division by zero")
    yield Delivery("sentry", "old plugin", CARD, _old_plugin(), "Something old broke")
    yield Delivery("sentry", "plugin without an event", CARD, _plugin(event=None), "ZeroDivisionError")
    yield Delivery("sentry", "plugin with a number as id", CARD, _plugin(id=next(NUMBERS)))
    yield Delivery("sentry", "plugin without id, by its url", CARD, _plugin(id=None))
    yield Delivery("sentry", "plugin of nothing", BAD, _plugin(id=None, url=None))
    for source in ("sentry", "glitchtip"):  # whichever address it was given
        yield Delivery(source, "glitchtip", CARD, _slack_form(_attachment(_site())), "ZeroDivisionError")
        two = _slack_form(
            _attachment(_site()), _attachment(_site(), "OSError: disk full"), text="GlitchTip Alert (2 issues)"
        )
        yield Delivery(source, "glitchtip, two issues", CARD, two, "OSError: disk full")
        yield Delivery(source, "glitchtip for Discord", CARD, _discord_form(_site()), "TypeError: x is undefined")
        yield Delivery(source, "glitchtip for Google Chat", CARD, _google_form(_site()), "RangeError: too long")
    monitor = f"https://errors.example.com/acme/uptime-monitors/{next(NUMBERS)}"
    down = {"title": "Front page", "title_link": monitor, "text": "The monitored site has gone down."}
    up = {**down, "text": "The monitored site is back up."}
    yield Delivery("glitchtip", "site down", CARD, _slack_form(down, text="GlitchTip Uptime Alert"), "Front page")
    yield Delivery("glitchtip", "site up", MORE, _slack_form(up, text="GlitchTip Uptime Alert"))
    yield Delivery("glitchtip", "an alert of nothing", ODD, _slack_form(), "GlitchTip Alert")
    fields_none = {**_attachment(_site()), "fields": None, "color": None, "text": None}
    yield Delivery("glitchtip", "bare", CARD, _slack_form(fields_none))


# -- Bugsnag, Rollbar, Honeybadger


def _bugsnag(trigger: str, **changed: Any) -> Json:
    number = next(NUMBERS)
    error = {"id": f"{number:024x}", "errorId": f"{number:024x}", "exceptionClass": "E", "message": f"bug {number}"}
    error |= {
        "releaseStage": "production",
        "severity": "error",
        "url": f"https://app.bugsnag.com/a/b/errors/{number:024x}",
    }
    top = {"account": {"id": "a"}, "project": {"id": "p", "name": "Shop"}, "trigger": {"type": trigger, "message": "x"}}
    return {k: v for k, v in {**top, "error": error, **changed}.items() if v is not None}


def _bugsnag_kinds() -> Iterator[Delivery]:
    for trigger in ("firstException", "exception", "errorEventFrequency", "powerTen", "reopened"):
        yield Delivery("bugsnag", trigger, CARD, _bugsnag(trigger))
    for trigger in ("release", "projectSpiking", "projectSamplingStarted", "projectApproachingRateLimit"):
        yield Delivery("bugsnag", trigger, LEFT, _bugsnag(trigger, error=None))
    known = _bugsnag("exception")
    yield Delivery("bugsnag", "before its changes", CARD, known)
    changed = {
        "fixed": MORE,
        "snoozed": MORE,
        "ignored": MORE,
        "reopened": MORE,
        "snoozeCancelled": LEFT,
        "unignored": LEFT,
    }
    for state, outcome in {**changed, "melted": ODD}.items():
        by_hand = {"type": "errorStateManualChange", "stateChange": state, "message": f"marked as {state}"}
        words = state if outcome == ODD else ""
        yield Delivery("bugsnag", f"by hand: {state}", outcome, {**known, "trigger": by_hand}, words)
    comment: Json = {"trigger": {"type": "comment", "message": "Comment"}, "comment": {"id": "c1", "message": "Seen"}}
    yield Delivery("bugsnag", "comment", MORE, {**known, **comment})
    yield Delivery("bugsnag", "a trigger of tomorrow", ODD, _bugsnag("userMilestone"), "userMilestone")
    yield Delivery("bugsnag", "an exception of nothing", BAD, _bugsnag("exception", error=None))
    yield Delivery("bugsnag", "a trigger that is a text", BAD, {**known, "trigger": "exception"})


def _rollbar(event: str, number: int = 0) -> Json:
    number = number or next(NUMBERS)
    item = {
        "id": number,
        "counter": number,
        "project_id": 90,
        "environment": "production",
        "title": f"Rollbar {number}",
    }
    last = {"id": f"{number}1", "level": "error", "timestamp": 1793714482, "body": {"message": {"body": "oh"}}}
    return {
        "event_name": event,
        "data": {"item": {**item, "level": 40, "last_occurrence": last, "total_occurrences": 1}},
    }


def _rollbar_kinds() -> Iterator[Delivery]:
    for event in ("new_item", "occurrence", "exp_repeat_item", "item_velocity", "reactivated_item", "reopened_item"):
        yield Delivery("rollbar", event, CARD, _rollbar(event))
    number = next(NUMBERS)
    yield Delivery("rollbar", "before resolved", CARD, _rollbar("new_item", number))
    yield Delivery("rollbar", "resolved_item", MORE, _rollbar("resolved_item", number))
    yield Delivery("rollbar", "deploy", LEFT, {"event_name": "deploy", "data": {"deploy": {"id": 5}}})
    yield Delivery("rollbar", "test", LEFT, {"event_name": "test", "data": {"message": "This is a test payload"}})
    yield Delivery("rollbar", "an event of tomorrow", ODD, _rollbar("item_assigned"), "item_assigned")
    yield Delivery("rollbar", "an item of nothing", BAD, {"event_name": "new_item", "data": {"item": None}})
    yield Delivery("rollbar", "no data", BAD, {"event_name": "item_assigned"})


def _honeybadger(event: str, number: int = 0, **changed: Any) -> Json:
    number = number or next(NUMBERS)
    fault = {"id": number, "project_id": 22, "klass": "RuntimeError", "message": f"badger {number}"}
    fault |= {"environment": "production", "notices_count": 1}
    notice = {"id": f"n{number}", "request": {"context": {"user_id": 1}}}
    body = {"event": event, "message": "[Shop/production] x", "project": {"id": 22, "name": "Shop"}, "fault": fault}
    return {k: v for k, v in {**body, "notice": notice, **changed}.items() if v is not None}


def _honeybadger_kinds() -> Iterator[Delivery]:
    number = next(NUMBERS)
    yield Delivery("honeybadger", "occurred", CARD, _honeybadger("occurred", number), "RuntimeError: badger")
    yield Delivery("honeybadger", "resolved", MORE, _honeybadger("resolved", number))
    yield Delivery("honeybadger", "unresolved", MORE, _honeybadger("unresolved", number))
    said = {"id": 61, "body": "Row 13 again"}
    yield Delivery("honeybadger", "commented", MORE, _honeybadger("commented", number, comment=said))
    for event in ("assigned", "rate_exceeded"):
        yield Delivery("honeybadger", event, LEFT, _honeybadger(event, number))
    watched = (("down", "up", "site"), ("check_in_missing", "check_in_reporting", "check_in"))
    for bad, well, part in (*watched, ("alarm_alert", "alarm_ok", "alarm")):
        held: dict[str, Any] = {part: {"id": f"w{next(NUMBERS)}", "name": "Nightly"}, "fault": None, "notice": None}
        yield Delivery("honeybadger", bad, CARD, _honeybadger(bad, **held, message=f"{bad} it is"), f"{bad} it is")
        yield Delivery("honeybadger", well, MORE, _honeybadger(well, **held))
        yield Delivery("honeybadger", f"{bad} of nothing", BAD, _honeybadger(bad, fault=None, notice=None))
    for event in ("deployed", "volume_spike", "cert_will_expire"):
        yield Delivery("honeybadger", event, LEFT, _honeybadger(event, fault=None, notice=None))
    yield Delivery(
        "honeybadger", "an event of tomorrow", ODD, _honeybadger("quota_reached", fault=None), "quota_reached"
    )
    yield Delivery("honeybadger", "a fault of nothing", BAD, _honeybadger("occurred", fault=None))


# -- Alertmanager, Grafana, anything else


def _alertmanager(*alerts: Json, **changed: Any) -> Json:
    common: Json = {"alertname": "DiskFull", "severity": "critical"}
    top = {"version": "4", "groupKey": "{}", "status": "firing", "receiver": "makegood", "groupLabels": {}}
    return {**top, "commonLabels": common, "commonAnnotations": {}, "alerts": list(alerts), **changed}


def _alert(instance: str, status: str = "firing", **changed: Any) -> Json:
    labels = {"alertname": "DiskFull", "severity": "critical", "instance": instance, "environment": "production"}
    notes = {"summary": "A disk is nearly full", "description": f"Less than 5 % left on {instance}"}
    ends = "2026-11-22T13:00:00Z" if status == "resolved" else "0001-01-01T00:00:00Z"
    times = {"startsAt": f"2026-11-22T12:00:00.{next(NUMBERS)}Z", "endsAt": ends, "fingerprint": f"f{instance}"}
    return {"status": status, "labels": labels, "annotations": notes, **times, **changed}


def _alertmanager_kinds() -> Iterator[Delivery]:
    three = [_alert(f"web-{n}") for n in (1, 2, 3)]
    for n in (1, 2, 3):
        yield Delivery("alertmanager", f"web-{n}", CARD, _alertmanager(three[n - 1]), f"web-{n}")
    yield Delivery("alertmanager", "resolved", MORE, _alertmanager(_alert("web-1", "resolved"), status="resolved"))
    yield Delivery("alertmanager", "four at once", CARD, _alertmanager(*three, _alert("db-1")), "db-1")
    yield Delivery("grafana", "grafana", CARD, _alertmanager(_alert("db-2"), orgId=1, title="[FIRING:1]"), "db-2")
    yield Delivery("alertmanager", "a status of tomorrow", CARD, _alertmanager(_alert("db-3", "flapping")), "db-3")
    yield Delivery("alertmanager", "without labels", BAD, _alertmanager({"status": "firing"}))
    yield Delivery("alertmanager", "no alerts", BAD, _alertmanager())
    old = {"ruleId": 7, "ruleName": "CPU", "state": "alerting", "title": "[Alerting] CPU", "evalMatches": []}
    yield Delivery("grafana", "before version 9", CARD, old, "CPU")
    yield Delivery("grafana", "before version 9, over", MORE, {**old, "state": "ok", "title": "[OK] CPU"})
    yield Delivery("grafana", "before version 9, paused", LEFT, {**old, "state": "paused"})
    yield Delivery("grafana", "before version 9, tomorrow", ODD, {**old, "state": "melting"}, "melting")


def _other_kinds() -> Iterator[Delivery]:
    yield Delivery("generic", "error", CARD, {"title": "Backup failed", "group": f"g{next(NUMBERS)}"}, "Backup failed")
    yield Delivery("generic", "no title", BAD, {"group": "g"})
    yield Delivery("generic", "null title", BAD, {"title": None})
    yield Delivery("generic", "deploy", LEFT, {"title": "Deployed", "group": f"g{next(NUMBERS)}", "kind": "deploy"})
    yield Delivery("trello", "no action", BAD, {"model": {"id": "1"}})
    yield Delivery("trello", "a list was renamed", LEFT, {"action": {"id": "a1", "type": "updateList", "data": {}}})


KINDS = (
    _sentry_kinds,
    _plugin_kinds,
    _bugsnag_kinds,
    _rollbar_kinds,
    _honeybadger_kinds,
    _alertmanager_kinds,
    _other_kinds,
)
