"""views.*: modals opened with a trigger that lives three seconds and works once, and Home tabs."""

from bot.demo.slack import modals
from bot.demo.slack.api.registry import Context, method
from bot.demo.slack.records import Json, SlackError, Trigger
from bot.demo.slack.world import World

TRIGGER_SECONDS = 3.0


def use_trigger(world: World, trigger_id: str) -> Trigger:
    if trigger_id in world.used_triggers:
        raise SlackError("exchanged_trigger_id")
    trigger = world.triggers.get(trigger_id)
    if trigger is None:
        raise SlackError("invalid_trigger_id")
    if world.now() - trigger.made_at > TRIGGER_SECONDS:
        raise SlackError("expired_trigger_id")
    world.used_triggers.add(trigger_id)
    return trigger


@method("views.open", tier=4)
def open_(ctx: Context) -> Json:
    view = _refuse_external_id(ctx, modals.checked(ctx.args.json("view"), "modal"))
    trigger = use_trigger(ctx.world, ctx.args.need("trigger_id"))
    return {"view": modals.open_view(ctx.world, trigger.user, view)}


@method("views.push", tier=4)
def push(ctx: Context) -> Json:
    view = _refuse_external_id(ctx, modals.checked(ctx.args.json("view"), "modal"))
    trigger = use_trigger(ctx.world, ctx.args.need("trigger_id"))
    if trigger.view_id is None:
        raise SlackError("invalid_trigger_id")
    return {"view": modals.push_view(ctx.world, trigger.user, view)}


@method("views.update", tier=4)
def update(ctx: Context) -> Json:
    old = _find(ctx)
    _refuse_stale(ctx, old)
    return {"view": modals.update_view(ctx.world, old, ctx.args.json("view"))}


@method("views.publish", tier=4)
def publish(ctx: Context) -> Json:
    user = ctx.args.need("user_id")
    if user not in ctx.world.people:
        raise SlackError("user_not_found")
    if not ctx.world.manifest.home_tab:
        raise SlackError("not_enabled")
    if old := ctx.world.views.get(ctx.world.homes.get(user, "")):
        _refuse_stale(ctx, old)
    return {"view": modals.publish_home(ctx.world, user, ctx.args.json("view"))}


def _find(ctx: Context) -> Json:
    view_id, external_id = ctx.args.text("view_id"), ctx.args.text("external_id")
    for view in ctx.world.views.values():
        if view["type"] == "modal" and (view["id"] == view_id or (external_id and view["external_id"] == external_id)):
            return view
    raise SlackError("not_found")


def _refuse_stale(ctx: Context, old: Json) -> None:
    if ctx.args.given("hash") and ctx.args.text("hash") != old["hash"]:
        raise SlackError("hash_conflict")


def _refuse_external_id(ctx: Context, view: Json) -> Json:
    wanted = view.get("external_id")
    if wanted and any(other["external_id"] == wanted for other in ctx.world.views.values()):
        raise SlackError("duplicate_external_id")
    return view
