"""chat.scheduleMessage and what goes with it. The posting itself is done by the workspace's clock."""

from bot.demo.slack import messages
from bot.demo.slack.api.chat import WRITE, parts, writable
from bot.demo.slack.api.registry import Context, method, page
from bot.demo.slack.records import Json, Scheduled, SlackError

DAYS_MOST = 120
WINDOW, WINDOW_MOST = 300, 30  # seconds; messages for one channel within them


@method("chat.scheduleMessage", tier=3, scopes=WRITE)
def schedule_message(ctx: Context) -> Json:
    world, args = ctx.world, ctx.args
    channel = writable(world, args.need("channel", "channel_not_found"))
    post_at = args.number("post_at", 0, "invalid_time")
    _refuse_time(ctx, channel.id, post_at)
    made = messages.content(world, parts(args))
    messages.require_something(made)
    thread = {"thread_ts": args.text("thread_ts")} if args.given("thread_ts") else {}
    planned = Scheduled(id=world.new_id("Q"), channel=channel.id, post_at=post_at, message=made | thread)
    world.scheduled[planned.id] = planned
    world.plan(planned)
    world.announce()
    return {
        "channel": channel.id,
        "scheduled_message_id": planned.id,
        "post_at": post_at,
        "message": messages.shown(made),
    }


def _refuse_time(ctx: Context, channel: str, post_at: int) -> None:
    now = ctx.world.now()
    if post_at <= now:
        raise SlackError("time_in_past")
    if post_at > now + DAYS_MOST * 86_400:
        raise SlackError("time_too_far")
    near = [
        one for one in ctx.world.scheduled.values() if one.channel == channel and abs(one.post_at - post_at) < WINDOW
    ]
    if len(near) >= WINDOW_MOST:
        raise SlackError("restricted_too_many")


@method("chat.deleteScheduledMessage", tier=3, scopes=WRITE)
def delete_scheduled_message(ctx: Context) -> Json:
    planned = ctx.world.scheduled.get(ctx.args.need("scheduled_message_id"))
    if planned is None or planned.channel != ctx.args.text("channel"):
        raise SlackError("invalid_scheduled_message_id")
    del ctx.world.scheduled[planned.id]
    ctx.world.announce()
    return {}


@method("chat.scheduledMessages.list", tier=3, scopes=WRITE)
def list_scheduled_messages(ctx: Context) -> Json:
    wanted = ctx.args.text("channel")
    planned = [one for one in ctx.world.scheduled.values() if wanted in {"", one.channel}]
    shown: list[Json] = [
        {"id": one.id, "channel_id": one.channel, "post_at": one.post_at, "text": one.message.get("text", "")}
        for one in sorted(planned, key=lambda one: one.post_at)
    ]
    items, metadata = page(shown, ctx.args)
    return {"scheduled_messages": items, "response_metadata": metadata}
