"""What an app asks about itself and its workspace, and the way to a socket."""

from bot.demo.slack.api.registry import Context, method
from bot.demo.slack.records import Json, SlackError
from bot.demo.slack.validate import problems


@method("api.test", tier=0)
def api_test(ctx: Context) -> Json:
    if ctx.args.given("error"):
        raise SlackError(ctx.args.text("error"))
    return {"args": {key: value for key, value in ctx.args.raw.items() if key != "token"}}


@method("auth.test", tier=0)
def auth_test(ctx: Context) -> Json:
    world = ctx.world
    names = {
        "url": f"https://{world.domain}.slack.com/",
        "team": world.domain,
        "user": world.app.name,
        "team_id": world.team,
    }
    return names | {"user_id": world.app.user_id, "bot_id": world.app.bot_id, "is_enterprise_install": False}


@method("apps.connections.open", tier=3, app_token=True)
def connections_open(ctx: Context) -> Json:
    """The address of a socket that may be used once."""
    ticket = ctx.world.new_id("ticket")
    ctx.world.tickets.add(ticket)
    return {"url": f"{ctx.base_url.replace('http', 'ws', 1)}/socket?ticket={ticket}&app_id={ctx.world.app.id}"}


@method("team.info", tier=3, scopes=("team:read",))
def team_info(ctx: Context) -> Json:
    return {"team": {"id": ctx.world.team, "name": ctx.world.domain, "domain": ctx.world.domain, "email_domain": ""}}


@method("emoji.list", tier=2, scopes=("emoji:read",))
def emoji_list(_ctx: Context) -> Json:
    return {"emoji": {}}


@method("blocks.validate", tier=0)
def blocks_validate(ctx: Context) -> Json:
    found = problems(ctx.args.json("blocks", "invalid_blocks_format"), "message")
    if found:
        raise SlackError("invalid_blocks", {"errors": found})
    return {}


@method("assistant.threads.setStatus", tier=0, scopes=("assistant:write", "chat:write"))
def threads_set_status(ctx: Context) -> Json:
    channel = ctx.world.channel(ctx.args.need("channel_id", "channel_not_found")).id
    ctx.world.message(channel, ctx.args.need("thread_ts"))
    return {}
