"""users.*, usergroups.users.list and bots.info: who people and apps are."""

from bot.demo.slack.api.registry import Context, method, page
from bot.demo.slack.records import STRANGERS, Json, Person, SlackError
from bot.demo.slack.world import World

READ, EMAIL, GROUPS = ("users:read",), ("users:read.email",), ("usergroups:read",)


def user_json(world: World, person: Person) -> Json:
    """A person as users.info tells it; the address only with the scope for it."""
    handle = person.name.lower().replace(" ", ".")
    profile: Json = {"real_name": person.name, "display_name": person.name, "title": person.title}
    if EMAIL[0] in world.manifest.scopes and not person.stranger:
        profile["email"] = person.email
    return {
        "id": person.id,
        "team_id": STRANGERS if person.stranger else world.team,
        "name": handle,
        "real_name": person.name,
        "deleted": person.deleted,
        "tz": person.tz,
        "is_bot": False,
        "is_app_user": False,
        "is_restricted": person.guest or person.single_channel_guest,
        "is_ultra_restricted": person.single_channel_guest,
        "is_stranger": person.stranger,
        "updated": int(person.joined),
        "profile": profile,
    }


def bot_user_json(world: World, user_id: str, bot_id: str, name: str, app_id: str) -> Json:
    profile = {"real_name": name, "display_name": name, "bot_id": bot_id, "api_app_id": app_id}
    flags = {
        "deleted": False,
        "is_bot": True,
        "is_app_user": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
    }
    names = {
        "id": user_id,
        "team_id": world.team,
        "name": name.lower(),
        "real_name": name,
        "tz": "Etc/UTC",
        "updated": 0,
    }
    return names | flags | {"is_stranger": False, "profile": profile}


def _slackbot(world: World) -> Json:
    """Slack's own; a trap, since Slack does not call it a bot."""
    return bot_user_json(world, "USLACKBOT", "", "Slackbot", "") | {"is_bot": False}


def all_users(world: World) -> list[Json]:
    app = world.app
    apps = [bot_user_json(world, app.user_id, app.bot_id, app.name, app.id)]
    apps.append(_slackbot(world))
    apps += [bot_user_json(world, bot["user_id"], bot["id"], bot["name"], bot["app_id"]) for bot in world.bots.values()]
    return [user_json(world, person) for person in world.people.values()] + apps


@method("users.info", tier=4, scopes=READ)
def info(ctx: Context) -> Json:
    wanted = ctx.args.need("user", "user_not_found")
    found = next((user for user in all_users(ctx.world) if user["id"] == wanted), None)
    if found is None:
        raise SlackError("user_not_found")
    return {"user": found}


@method("users.list", tier=2, scopes=READ)
def list_(ctx: Context) -> Json:
    items, metadata = page(all_users(ctx.world), ctx.args)
    return {"members": items, "cache_ts": int(ctx.world.now()), "response_metadata": metadata}


@method("users.lookupByEmail", tier=3, scopes=EMAIL)
def lookup_by_email(ctx: Context) -> Json:
    email = ctx.args.need("email", "users_not_found").lower()
    for person in ctx.world.people.values():
        if person.email.lower() == email and not person.deleted and not person.stranger:
            return {"user": user_json(ctx.world, person)}
    raise SlackError("users_not_found")


@method("usergroups.users.list", tier=2, scopes=GROUPS)
def usergroups_users_list(ctx: Context) -> Json:
    group = ctx.world.groups.get(ctx.args.need("usergroup", "no_such_subteam"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


@method("bots.info", tier=3, scopes=READ)
def bots_info(ctx: Context) -> Json:
    app = ctx.world.app
    own: Json = {"id": app.bot_id, "name": app.name, "app_id": app.id, "user_id": app.user_id}
    bot = own if ctx.args.text("bot", app.bot_id) == app.bot_id else ctx.world.bots.get(ctx.args.text("bot"))
    if bot is None:
        raise SlackError("bot_not_found")
    return {"bot": bot | {"deleted": False, "updated": 0}}
