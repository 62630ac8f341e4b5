"""What services really post to a hook, and what has to come of each: written down beside the parsers, by their documentation.

CARD  a new card of which the words stand in the channel
ASK   a line in the channel that asks whose it is
MORE  one more entry, or one more count, on a bug that stands there already
LEFT  nothing, on purpose: docs/trackers.md and docs/customers.md name the kind
ODD   nothing is done, but it is kept, counted and shown: a known service, a kind that nobody foresaw
BAD   400, with the reason in plain words: this is not that service's delivery
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

Json = dict[str, Any]
CARD, ASK, MORE, LEFT, ODD, BAD = "card", "ask", "more", "left", "odd", "bad"
_numbers = count(7000)


@dataclass(frozen=True)
class Delivery:
    source: str
    name: str
    outcome: str
    body: Json
    words: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


# -- Sentry's internal integration


def _sentry(resource: str, action: str, data: Json) -> tuple[Json, Json]:
    body = {"action": action, "actor": {"id": 8, "name": "Tomás", "type": "user"}, "installation": {"uuid": "11-22"}}
    return {**body, "data": data}, {"Sentry-Hook-Resource": resource}


def _sentry_event(**changed: Any) -> Json:
    number = next(_numbers)
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
    number = number or next(_numbers)
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
        number = next(_numbers)
        yield one(f"before {action}", CARD, "issue", "created", {"issue": _sentry_issue(number)})
        yield one(action, MORE, "issue", action, {"issue": _sentry_issue(number)})
    yield one("assigned", LEFT, "issue", "assigned", {"issue": _sentry_issue()})
    yield one("installed", LEFT, "installation", "created", {"installation": {"uuid": "11-22"}})
    yield one("removed", LEFT, "installation", "deleted", {"installation": {"uuid": "11-22"}})
    metric = {"metric_alert": {"id": "1", "title": "Too many"}, "description_title": "Critical: Too many errors"}
    yield one("metric alert", ODD, "metric_alert", "critical", metric, "metric_alert")
    yield one("seer", ODD, "seer", "root_cause_completed", {"run_id": 7}, "seer")
    yield one("an action of tomorrow", ODD, "issue", "merged", {"issue": _sentry_issue()}, "merged")
    yield one("issue without an id", BAD, "issue", "created", {"issue": {}})
    yield one("a list as data", BAD, "issue", "created", [])  # type: ignore[arg-type]
    no_header = _sentry("", "critical", metric)[0]
    yield Delivery("sentry", "metric alert without its header", ODD, no_header, "metric_alert")


# -- Sentry's WebHooks plugin, and GlitchTip's webhooks


def _plugin(**changed: Any) -> Json:
    number = next(_numbers)
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
    number = next(_numbers)
    body = _plugin(id=str(number), url=f"https://sentry.example.com/acme/shop/issues/{number}/")
    user = {"username": "ivy", "id": "3", "email": "ivy@garden.example"}
    extra = {"sentry.interfaces.User": user, "sentry.interfaces.Message": {"message": "Bad"}, "tags": [["a", "b"]]}
    return {**body, "message": "Something old broke", "event": {"event_id": f"{number:032x}", **extra}}


def _site() -> str:
    return f"https://errors.example.com/acme/issues/{next(_numbers)}"


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
    yield Delivery("sentry", "plugin with a number as id", CARD, _plugin(id=next(_numbers)))
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
    monitor = f"https://errors.example.com/acme/uptime-monitors/{next(_numbers)}"
    down = {"title": "Front page", "title_link": monitor, "text": "The monitored site has gone down."}
    up = {**down, "text": "The monitored site is back up."}
    yield Delivery("glitchtip", "site down", CARD, _slack_form(down, text="GlitchTip Uptime Alert"), "Front page")
    yield Delivery("glitchtip", "site up", MORE, _slack_form(up, text="GlitchTip Uptime Alert"))
    yield Delivery("glitchtip", "an alert of nothing", ODD, _slack_form(), "GlitchTip Alert")
    fields_none = {**_attachment(_site()), "fields": None, "color": None, "text": None}
    yield Delivery("glitchtip", "bare", CARD, _slack_form(fields_none))


# -- Bugsnag, Rollbar, Honeybadger


def _bugsnag(trigger: str, **changed: Any) -> Json:
    number = next(_numbers)
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
    number = number or next(_numbers)
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
    number = next(_numbers)
    yield Delivery("rollbar", "before resolved", CARD, _rollbar("new_item", number))
    yield Delivery("rollbar", "resolved_item", MORE, _rollbar("resolved_item", number))
    yield Delivery("rollbar", "deploy", LEFT, {"event_name": "deploy", "data": {"deploy": {"id": 5}}})
    yield Delivery("rollbar", "test", LEFT, {"event_name": "test", "data": {"message": "This is a test payload"}})
    yield Delivery("rollbar", "an event of tomorrow", ODD, _rollbar("item_assigned"), "item_assigned")
    yield Delivery("rollbar", "an item of nothing", BAD, {"event_name": "new_item", "data": {"item": None}})
    yield Delivery("rollbar", "no data", BAD, {"event_name": "item_assigned"})


def _honeybadger(event: str, number: int = 0, **changed: Any) -> Json:
    number = number or next(_numbers)
    fault = {"id": number, "project_id": 22, "klass": "RuntimeError", "message": f"badger {number}"}
    fault |= {"environment": "production", "notices_count": 1}
    notice = {"id": f"n{number}", "request": {"context": {"user_id": 1}}}
    body = {"event": event, "message": "[Shop/production] x", "project": {"id": 22, "name": "Shop"}, "fault": fault}
    return {k: v for k, v in {**body, "notice": notice, **changed}.items() if v is not None}


def _honeybadger_kinds() -> Iterator[Delivery]:
    number = next(_numbers)
    yield Delivery("honeybadger", "occurred", CARD, _honeybadger("occurred", number), "RuntimeError: badger")
    yield Delivery("honeybadger", "resolved", MORE, _honeybadger("resolved", number))
    yield Delivery("honeybadger", "unresolved", MORE, _honeybadger("unresolved", number))
    said = {"id": 61, "body": "Row 13 again"}
    yield Delivery("honeybadger", "commented", MORE, _honeybadger("commented", number, comment=said))
    for event in ("assigned", "rate_exceeded"):
        yield Delivery("honeybadger", event, LEFT, _honeybadger(event, number))
    every = ("deployed", "volume_spike", "down", "up", "cert_will_expire", "check_in_missing", "check_in_reporting")
    for event in (*every, "alarm_alert", "alarm_ok"):
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
    times = {"startsAt": f"2026-11-22T12:00:00.{next(_numbers)}Z", "endsAt": ends, "fingerprint": f"f{instance}"}
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
    yield Delivery("grafana", "before version 9", BAD, old)


def _other_kinds() -> Iterator[Delivery]:
    yield Delivery("generic", "error", CARD, {"title": "Backup failed", "group": f"g{next(_numbers)}"}, "Backup failed")
    yield Delivery("generic", "no title", BAD, {"group": "g"})
    yield Delivery("generic", "null title", BAD, {"title": None})
    yield Delivery("generic", "deploy", LEFT, {"title": "Deployed", "group": f"g{next(_numbers)}", "kind": "deploy"})
    yield Delivery("trello", "no action", BAD, {"model": {"id": "1"}})
    yield Delivery("trello", "a list was renamed", LEFT, {"action": {"id": "a1", "type": "updateList", "data": {}}})


# -- customers


def _visitor() -> str:
    return f"visitor{next(_numbers)}@studio.example"


def _chatwoot(content: str | None, **changed: Any) -> Json:
    number = next(_numbers)
    sender = {"id": number, "name": "Mia", "email": _visitor(), "type": "contact"}
    place = {"id": number, "meta": {"sender": sender}, "additional_attributes": {}}
    said = {"id": number, "content": content, "message_type": "incoming", "private": False, "content_type": "text"}
    return {
        **said,
        "event": "message_created",
        "sender": sender,
        "conversation": place,
        "account": {"id": 1},
        **changed,
    }


def _chatwoot_kinds() -> Iterator[Delivery]:
    picture = [{"id": 1, "file_type": "image", "data_url": "https://files.example/a.png"}]
    yield Delivery("chatwoot", "words", ASK, _chatwoot("I can't pay"), "I can't pay")
    yield Delivery("chatwoot", "a picture", ASK, _chatwoot(None, attachments=picture), "a.png")
    yield Delivery("chatwoot", "no words at all", ASK, _chatwoot(None), "Mia")
    yield Delivery("chatwoot", "an agent", LEFT, _chatwoot("Hi", message_type="outgoing"))
    yield Delivery("chatwoot", "a note", LEFT, _chatwoot("Hm", message_type="incoming", private=True))
    for event in ("message_updated", "conversation_updated", "conversation_status_changed", "conversation_typing_off"):
        yield Delivery("chatwoot", event, LEFT, _chatwoot("x", event=event, status="open"))
    for event in ("contact_created", "contact_updated", "inbox_created", "inbox_updated"):
        yield Delivery("chatwoot", event, LEFT, {"event": event, "id": 7, "name": "Mia", "account": {"id": 1}})
    yield Delivery("chatwoot", "tomorrow", ODD, _chatwoot("x", event="conversation_merged"), "conversation_merged")
    rule = _chatwoot("x", event="automation_event.message_created")
    yield Delivery("chatwoot", "an automation rule", ODD, rule, "automation_event.message_created")
    yield Delivery("chatwoot", "a message of nowhere", BAD, _chatwoot("x", conversation=None))


def _crisp(event: str, **data: Any) -> Json:
    session = f"session_{next(_numbers)}"
    return {
        "website_id": "8c5b",
        "event": event,
        "data": {"website_id": "8c5b", "session_id": session, **data},
        "timestamp": 1,
    }


def _crisp_kinds() -> Iterator[Delivery]:
    user = {"nickname": "visitor204", "user_id": "session_1"}

    def said(content: Any, kind: str = "text", **more: Any) -> Json:
        number = next(_numbers)
        return _crisp(
            "message:send", type=kind, content=content, fingerprint=number, user=user, **{"from": "user", **more}
        )

    yield Delivery("crisp", "words", ASK, said("The invoice is empty"), "The invoice is empty")
    file = {"name": "a.png", "url": "https://files.example/b.png", "type": "image/png"}
    yield Delivery("crisp", "a file", ASK, said(file, "file"), "b.png")
    yield Delivery(
        "crisp",
        "an animation",
        ASK,
        said({"type": "image/gif", "url": "https://g.example/c.gif"}, "animation"),
        "c.gif",
    )
    yield Delivery("crisp", "a field", ASK, said({"id": "f", "text": "Your plan", "value": "gold"}, "field"), "gold")
    yield Delivery("crisp", "a form of tomorrow", ASK, said({"x": 1}, "hologram"), "visitor204")
    yield Delivery("crisp", "an operator", LEFT, said("hello", **{"from": "operator"}))
    left = ("message:received", "message:updated", "session:set_state", "session:set_nickname", "session:set_data")
    for event in (*left, "session:set_email", "session:sync:pages", "session:update_availability"):
        yield Delivery("crisp", event, LEFT, _crisp(event, email="l@pottery.example", availability="online"))
    yield Delivery("crisp", "tomorrow", ODD, _crisp("session:teleported"), "session:teleported")
    yield Delivery(
        "crisp", "a message of nowhere", BAD, {"website_id": "8", "event": "message:send", "data": {"from": "user"}}
    )


def _intercom(topic: str, item: Json) -> Json:
    return {
        "type": "notification_event",
        "app_id": "qa12",
        "topic": topic,
        "id": f"notif_{next(_numbers)}",
        "created_at": 1795997449,
        "data": {"type": "notification_event_data", "item": item},
    }


def _conversation(body: str | None, attachments: list[Json] | None = None, **more: Any) -> Json:
    author = {"type": "user", "id": "5", "name": "Ivy", "email": _visitor()}
    source = {"id": "9", "body": body, "author": author, "attachments": attachments or []}
    contacts = {"contacts": [{"type": "contact", "id": "5"}]}
    return {"type": "conversation", "id": str(next(_numbers)), "source": source, "contacts": contacts, **more}


def _intercom_kinds() -> Iterator[Delivery]:
    created = "conversation.user.created"
    picture = '<div class="intercom-container"><img src="https://i.example/a.png"></div>'
    yield Delivery(
        "intercom", "words", ASK, _intercom(created, _conversation("<p>I can't log in</p>")), "I can't log in"
    )
    yield Delivery("intercom", "a picture", ASK, _intercom(created, _conversation(picture)), "a.png")
    file = [{"type": "upload", "name": "log.txt", "url": "https://i.example/log.txt"}]
    yield Delivery("intercom", "a file", ASK, _intercom(created, _conversation(None, file)), "log.txt")
    yield Delivery("intercom", "nothing to read", ASK, _intercom(created, _conversation("")), "Ivy")
    part = {"type": "conversation_part", "id": "91", "body": picture, "author": {"type": "user", "id": "5"}}
    replied = _conversation("<p>a</p>", conversation_parts={"conversation_parts": [part]})
    yield Delivery("intercom", "a picture later", ASK, _intercom("conversation.user.replied", replied), "a.png")
    yield Delivery("intercom", "ping", LEFT, _intercom("ping", {"type": "ping", "message": "interzen"}))
    for topic in ("conversation.admin.replied", "conversation.admin.noted", "conversation.admin.assigned"):
        yield Delivery("intercom", topic, LEFT, _intercom(topic, _conversation("x")))
    yield Delivery(
        "intercom", "tomorrow", ODD, _intercom("conversation.robot.dreamt", _conversation("x")), "robot.dreamt"
    )
    yield Delivery("intercom", "a conversation of nowhere", BAD, _intercom(created, {}))


def _tawk(event: str, **more: Any) -> Json:
    visitor = {"name": "Mia", "email": _visitor(), "city": "riga", "country": "LV"}
    return {
        "event": event,
        "time": "2026-11-22T14:03:04.646Z",
        "visitor": visitor,
        "property": {"id": "58aa", "name": "Q"},
        **more,
    }


def _tawk_kinds() -> Iterator[Delivery]:
    def begun(text: str | None, by: str = "visitor") -> Json:
        message = {"text": text, "type": "msg", "sender": {"type": by}}
        return _tawk("chat:start", chatId=f"c{next(_numbers)}", message=message)

    yield Delivery("tawk", "words", ASK, begun("I got an error"), "I got an error")
    yield Delivery("tawk", "no words", ASK, begun(""), "Mia")
    yield Delivery("tawk", "an agent begins", LEFT, begun("Can I help?", "agent"))
    file = {"type": "file", "content": {"file": {"url": "https://t.example/shot.png", "name": "shot.png"}}}
    messages = [{"sender": {"t": "v"}, "type": "msg", "msg": "", "attchs": [file], "time": "2026-11-22T14:03:04.646Z"}]
    chat = {"id": f"c{next(_numbers)}", "visitor": {"name": "Ola", "email": _visitor()}, "messages": messages}
    yield Delivery("tawk", "a transcript of a picture", ASK, _tawk("chat:transcript_created", chat=chat), "shot.png")
    yield Delivery("tawk", "the end", LEFT, _tawk("chat:end", chatId=f"c{next(_numbers)}"))
    ticket = {"id": f"t{next(_numbers)}", "humanId": 12, "subject": "Servers", "message": "I can't add a server"}
    asker = {"name": "Ola", "email": _visitor()}
    yield Delivery(
        "tawk", "a ticket", ASK, _tawk("ticket:create", ticket=ticket, requester=asker, visitor=None), "Servers"
    )
    yield Delivery("tawk", "tomorrow", ODD, _tawk("chat:rated", chatId="c1"), "chat:rated")
    yield Delivery("tawk", "a chat of nowhere", BAD, _tawk("chat:start", chatId=None))


def _own_kinds() -> Iterator[Delivery]:
    mia = {"email": _visitor(), "name": "Mia"}
    said = {"conversation": f"own{next(_numbers)}", "customer": mia}
    yield Delivery("customer-generic", "words", ASK, {**said, "text": "Hello?"}, "Hello?")
    bare = {"conversation": f"own{next(_numbers)}", "customer": mia | {"email": _visitor()}}
    yield Delivery("customer-generic", "no words", ASK, bare, "Mia")
    yield Delivery("customer-generic", "a kind of tomorrow", BAD, {**said, "kind": "sang"})
    yield Delivery("customer-generic", "of nowhere", BAD, {"text": "Hello?"})
    yield Delivery("email-postmark", "no mail", BAD, {"RecordType": "Bounce", "Email": "a@b.example"})


_KINDS = (
    *(_sentry_kinds, _plugin_kinds, _bugsnag_kinds, _rollbar_kinds, _honeybadger_kinds),
    *(_alertmanager_kinds, _other_kinds),
    *(_chatwoot_kinds, _crisp_kinds, _intercom_kinds, _tawk_kinds, _own_kinds),
)
EVERY = tuple(one for kinds in _KINDS for one in kinds())


def anew(known: Delivery) -> Delivery:
    """The same kind of delivery about something else: with ids of its own."""
    return next(
        x
        for kinds in _KINDS
        for x in kinds()
        if (x.source, x.name, x.outcome) == (known.source, known.name, known.outcome)
    )


SOURCES = tuple(dict.fromkeys(one.source for one in EVERY))
FAMILY = {"grafana": "alertmanager", "glitchtip": "sentry"}
"""Who reads whose bodies: what is of one family is not a stranger's."""
OPEN = frozenset({"generic"})
"""Reads whatever has a title: nobody's body is a stranger's there."""


def strangers(source: str) -> Iterator[Delivery]:
    """One valid delivery of each other service, posted to this address: 400."""
    seen: set[str] = {FAMILY.get(source, source), *OPEN} if source not in OPEN else set(SOURCES)
    for one in EVERY:
        family = FAMILY.get(one.source, one.source)
        if family not in seen and one.outcome in {CARD, ASK, ODD}:
            seen.add(family)
            yield Delivery(source, f"a delivery of {one.source}", BAD, one.body)


NONSENSE: Mapping[str, tuple[bytes, str]] = {
    "nothing": (b"", "application/json"),
    "an empty object": (b"{}", "application/json"),
    "a list": (b"[]", "application/json"),
    "a list of objects": (b'[{"title": "x"}]', "application/json"),
    "a number": (b"7", "application/json"),
    "a text": (b'"title"', "application/json"),
    "null": (b"null", "application/json"),
    "torn": (b'{"title": ', "application/json"),
    "a form": (b"payload=%7B%22a%22%3A1%7D", "application/x-www-form-urlencoded"),
    "XML": (b"<xml><title>x</title></xml>", "application/xml"),
    "no text": (b"\xff\xfe\x00\x01", "application/json"),
    "deep": (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "application/json"),
    "strange names": ('{"\u202eeltit": "\u0000", "ключ": "значение", "🦄": null}'.encode(), "application/json"),
}
