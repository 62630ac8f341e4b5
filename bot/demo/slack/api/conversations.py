"""conversations.*: which channels there are, who is in them, joining and opening."""

from dataclasses import replace

from bot.demo.slack.api.registry import Context, method, page
from bot.demo.slack.records import Channel, Json, SlackError
from bot.demo.slack.world import World

_FAMILY = {"channel": "channels", "group": "groups", "im": "im"}
_TYPES = {"channel": "public_channel", "group": "private_channel", "im": "im"}


def scopes_of(right: str) -> tuple[str, ...]:
    """A right for every kind of conversation: having it for one kind is enough to call, not to see the others."""
    return tuple(f"{family}:{right}" for family in _FAMILY.values())


READ = scopes_of("read")


def readable(ctx: Context, right: str) -> Channel:
    """The channel named in the call, if the app's scopes cover its kind."""
    channel = ctx.world.channel(ctx.args.need("channel", "channel_not_found"))
    _refuse_uncovered(ctx.world, channel.kind, right)
    return channel


def _refuse_uncovered(world: World, kind: str, right: str) -> None:
    needed = f"{_FAMILY[kind]}:{right}"
    if needed not in world.manifest.scopes:
        raise SlackError("missing_scope", {"needed": needed, "provided": ",".join(sorted(world.manifest.scopes))})


def channel_json(world: World, channel: Channel) -> Json:
    common: Json = {
        "id": channel.id,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": channel.kind == "im",
        "is_mpim": False,
        "is_private": channel.kind != "channel",
        "is_archived": channel.archived,
        "is_ext_shared": channel.shared,
        "is_shared": channel.shared,
        "context_team_id": world.team,
    }
    if channel.kind == "im":
        return common | {"user": channel.person, "is_open": True}
    return common | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_member": world.app.user_id in channel.members,
        "num_members": len(channel.members),
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


@method("conversations.info", tier=3, scopes=READ)
def info(ctx: Context) -> Json:
    return {"channel": channel_json(ctx.world, readable(ctx, "read"))}


@method("conversations.list", tier=2, scopes=READ)
def list_(ctx: Context) -> Json:
    wanted = set(ctx.args.names("types") or ["public_channel"])
    for kind in (kind for kind, name in _TYPES.items() if name in wanted):
        _refuse_uncovered(ctx.world, kind, "read")
    hide_archived = ctx.args.flag("exclude_archived")
    found = [
        channel_json(ctx.world, channel)
        for channel in ctx.world.channels.values()
        if _TYPES[channel.kind] in wanted and _visible(ctx.world, channel) and not (hide_archived and channel.archived)
    ]
    items, metadata = page(found, ctx.args)
    return {"channels": items, "response_metadata": metadata}


def _visible(world: World, channel: Channel) -> bool:
    return channel.kind == "channel" or world.app.user_id in channel.members


@method("conversations.members", tier=4, scopes=READ)
def members(ctx: Context) -> Json:
    items, metadata = page(sorted(readable(ctx, "read").members), ctx.args)
    return {"members": items, "response_metadata": metadata}


@method("conversations.join", tier=3, scopes=("channels:join",))
def join(ctx: Context) -> Json:
    channel = ctx.world.channel(ctx.args.need("channel", "channel_not_found"))
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("is_archived")
    if ctx.world.app.user_id not in channel.members:
        ctx.world.join(channel.id, ctx.world.app.user_id)
    return {"channel": channel_json(ctx.world, ctx.world.channels[channel.id])}


@method("conversations.open", tier=3, scopes=("im:write", "mpim:write"))
def open_(ctx: Context) -> Json:
    if ctx.args.given("channel"):
        return {"channel": channel_json(ctx.world, ctx.world.channel(ctx.args.text("channel")))}
    users = ctx.args.names("users")
    if len(users) != 1:
        raise SlackError("not_enough_users" if not users else "too_many_users")
    person = ctx.world.people.get(users[0])
    if person is None:
        raise SlackError("user_not_found")
    if person.deleted:
        raise SlackError("user_disabled")
    return {"channel": channel_json(ctx.world, ctx.world.dm(person.id))}


@method("conversations.archive", tier=2, scopes=("channels:manage", "groups:write"))
def archive(ctx: Context) -> Json:
    channel = ctx.world.channel(ctx.args.need("channel", "channel_not_found"))
    if channel.archived:
        raise SlackError("already_archived")
    ctx.world.put_channel(replace(channel, archived=True))
    return {}
