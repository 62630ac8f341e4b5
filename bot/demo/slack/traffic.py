"""What went over the wire between the app and Slack lately, a line each, for who wants to look under the hood."""

from bot.demo.slack.records import Call, Delivery, Json
from bot.demo.slack.world import World

LAST = 100
SUMMARY = 120


def traffic(world: World) -> list[Json]:
    """Calls of the Web API and deliveries to the app, oldest first."""
    deliveries = list(world.deliveries.values())[-LAST:]
    lines = [*map(_call, world.calls[-LAST:]), *map(_delivery, deliveries)]
    return sorted(lines, key=lambda line: float(line["at"]))[-LAST:]


def _call(call: Call) -> Json:
    refusal = "" if call.answer.get("ok") else f"{call.answer.get('error')} · "
    told = " · ".join(str(call.args[key]) for key in ("channel", "user", "user_id", "text") if call.args.get(key))
    named = {"at": call.at, "dir": "api", "name": call.method, "ms": round(call.took * 1000)}
    return named | {"ok": bool(call.answer.get("ok")), "summary": f"{refusal}{told}"[:SUMMARY]}


def _delivery(delivery: Delivery) -> Json:
    took = None if delivery.acked_after is None else round(delivery.acked_after * 1000)
    again = f"retry {delivery.retry} ({delivery.reason}) · " if delivery.retry else ""
    summary = f"{again}{delivery.failure or ''}{_about(delivery.payload)}"[:SUMMARY]
    return {
        "at": delivery.at,
        "dir": "delivery",
        "name": _name(delivery),
        "ms": took,
        "ok": took is not None,
        "summary": summary,
    }


def _name(delivery: Delivery) -> str:
    payload = delivery.payload
    return str(payload.get("command") or payload.get("event", {}).get("type") or payload.get("type"))


def _about(payload: Json) -> str:
    """Who did it, and what."""
    event = payload.get("event", payload)
    user = event.get("user", {})
    who = user.get("id") if isinstance(user, dict) else user
    actions = [action["action_id"] for action in payload.get("actions", [])]
    told = [who or event.get("user_id"), event.get("subtype"), event.get("channel_name"), event.get("text"), *actions]
    return " ".join(str(part) for part in told if part)
