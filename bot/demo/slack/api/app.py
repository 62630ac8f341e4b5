"""What an app asks about itself and its workspace, and the way to a socket."""

from bot.demo.slack.api.registry import Context, method
from bot.demo.slack.records import Json


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
