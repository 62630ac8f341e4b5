"""chat.*: posting, changing and deleting messages, in channels and before one person's eyes only."""

from bot.demo.slack import messages
from bot.demo.slack.api.registry import Args, Context, method
from bot.demo.slack.records import Channel, Json, SlackError
from bot.demo.slack.taken import taken
from bot.demo.slack.world import World

WRITE = ("chat:write",)
UPDATE_TEXT_MOST = 4_000


@method("chat.postMessage", tier=0, scopes=WRITE)
def post_message(ctx: Context) -> Json:
    world, args = ctx.world, ctx.args
    channel = writable(world, args.need("channel", "channel_not_found"))
    made = messages.content(world, parts(args))
    messages.require_something(made)
    thread_ts = messages.thread_parent(world, channel.id, args.text("thread_ts")) if args.given("thread_ts") else None
    message = messages.by_app(world, made, thread_ts)
    if thread_ts and args.flag("reply_broadcast"):
        message["subtype"] = "thread_broadcast"
    world.add_message(channel.id, message)
    if channel.person:
        taken("LockScreen", {"text": message["text"]})
    return {"channel": channel.id, "ts": message["ts"], "message": messages.shown(message)}


@method("chat.update", tier=3, scopes=WRITE)
def update(ctx: Context) -> Json:
    world, args = ctx.world, ctx.args
    channel = world.channel(args.need("channel", "channel_not_found")).id
    old = _own(world, channel, args.need("ts", "message_not_found"), "cant_update_message")
    if len(args.text("text")) > UPDATE_TEXT_MOST:
        raise SlackError("msg_too_long")
    made = messages.content(world, parts(args))
    if not made:
        raise SlackError("no_text")
    edited = {"edited": {"user": world.app.user_id, "ts": world.new_ts()}}
    message = {**old, **made, **edited}
    messages.require_something(message)
    world.change_message(channel, message)
    return {"channel": channel, "ts": old["ts"], "text": message["text"], "message": messages.shown(message)}


@method("chat.delete", tier=3, scopes=WRITE)
def delete(ctx: Context) -> Json:
    channel = ctx.world.channel(ctx.args.need("channel", "channel_not_found")).id
    old = _own(ctx.world, channel, ctx.args.need("ts", "message_not_found"), "cant_delete_message")
    ctx.world.remove_message(channel, old["ts"])
    return {"channel": channel, "ts": old["ts"]}


@method("chat.postEphemeral", tier=4, scopes=WRITE)
def post_ephemeral(ctx: Context) -> Json:
    world, args = ctx.world, ctx.args
    channel = writable(world, args.need("channel", "channel_not_found"))
    user = args.need("user", "user_not_in_channel")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    made = messages.content(world, parts(args))
    messages.require_something(made)
    thread = args.text("thread_ts") or None
    message = messages.by_app(world, made, thread)
    if thread is None or world.threads.get((channel.id, thread)):  # elsewhere Slack takes it, and nobody ever sees it
        world.add_ephemeral(message | {"channel": channel.id, "for": user})
    return {"message_ts": message["ts"]}


@method("chat.getPermalink", tier=0)
def get_permalink(ctx: Context) -> Json:
    world, channel = ctx.world, ctx.world.channel(ctx.args.need("channel", "channel_not_found")).id
    ts = world.message(channel, ctx.args.need("message_ts", "message_not_found"))["ts"]
    thread = world.messages[channel][ts].get("thread_ts", ts)
    query = f"?thread_ts={thread}&cid={channel}" if thread != ts else ""
    return {
        "channel": channel,
        "permalink": f"https://{world.domain}.slack.com/archives/{channel}/p{ts.replace('.', '')}{query}",
    }


def parts(args: Args) -> Json:
    """The parts of a message among a call's arguments."""
    read = {key: args.json(key, f"invalid_{key}_format") for key in ("blocks", "attachments", "metadata")}
    return read | {"text": args.raw.get("text"), "markdown_text": args.raw.get("markdown_text")}


def writable(world: World, channel_id: str) -> Channel:
    """The channel, if the app may write there; a person's id means the direct message with them."""
    if channel_id in world.people:
        return world.dm(channel_id)
    channel = world.channel(channel_id)
    if channel.archived:
        raise SlackError("is_archived")
    if world.app.user_id not in channel.members and "chat:write.public" not in world.manifest.scopes:
        raise SlackError("not_in_channel")
    return channel


def _own(world: World, channel: str, ts: str, refusal: str) -> Json:
    message = world.message(channel, ts)
    if message.get("bot_id") != world.app.bot_id:
        raise SlackError(refusal)
    return message
