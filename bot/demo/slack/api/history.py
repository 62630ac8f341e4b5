"""conversations.history and conversations.replies: what was said, in pages."""

from bot.demo.slack.api.conversations import readable, scopes_of
from bot.demo.slack.api.registry import Args, Context, method, page
from bot.demo.slack.messages import shown
from bot.demo.slack.records import Channel, Json, SlackError

HISTORY = scopes_of("history")


@method("conversations.history", tier=3, scopes=HISTORY)
def history(ctx: Context) -> Json:
    channel = _joined(ctx)
    told = [message for message in ctx.world.messages[channel.id].values() if _top_level(message)]
    newest_first = sorted(_between(told, ctx.args), key=lambda message: str(message["ts"]), reverse=True)
    return _answer(newest_first, ctx.args)


@method("conversations.replies", tier=3, scopes=HISTORY)
def replies(ctx: Context) -> Json:
    channel, ts = _joined(ctx), ctx.args.need("ts", "thread_not_found")
    parent = ctx.world.messages[channel.id].get(ts)
    if parent is None:
        raise SlackError("thread_not_found")
    return _answer([parent, *_between(ctx.world.replies(channel.id, ts), ctx.args)], ctx.args)


def _joined(ctx: Context) -> Channel:
    channel = readable(ctx, "history")
    if ctx.world.app.user_id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _top_level(message: Json) -> bool:
    in_thread = message.get("thread_ts", message["ts"]) != message["ts"]
    return not in_thread or message.get("subtype") == "thread_broadcast"


def _between(found: list[Json], args: Args) -> list[Json]:
    """`oldest` and `latest` are exclusive unless `inclusive` is asked for."""
    oldest, latest, inclusive = args.text("oldest", "0"), args.text("latest", "9999999999"), args.flag("inclusive")
    try:
        low, high = float(oldest), float(latest)
    except ValueError:
        raise SlackError("invalid_ts_latest") from None
    edges = {low, high} if inclusive else set()
    return [message for message in found if low < float(message["ts"]) < high or float(message["ts"]) in edges]


def _answer(found: list[Json], args: Args) -> Json:
    items, metadata = page(found, args)
    with_metadata = args.flag("include_all_metadata")
    told = [shown(message, metadata=with_metadata) for message in items]
    return {"messages": told, "has_more": bool(metadata["next_cursor"]), "response_metadata": metadata}
