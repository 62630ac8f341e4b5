"""Views as Slack keeps them: modals in a person's stack of at most three, and one Home tab each."""

from typing import Any

from bot.demo.slack.forms import initial_values
from bot.demo.slack.messages import with_ids
from bot.demo.slack.records import Json, SlackError
from bot.demo.slack.taken import taken
from bot.demo.slack.validate import view_problems
from bot.demo.slack.world import World

STACK_MOST = 3
_DEFAULTS: Json = {
    "private_metadata": "",
    "callback_id": "",
    "external_id": "",
    "close": None,
    "submit": None,
    "clear_on_close": False,
    "notify_on_close": False,
    "submit_disabled": False,
}


def checked(view: Any, kind: str) -> Json:
    found = view_problems(view)
    if any("view_too_large" in problem for problem in found):
        raise SlackError("view_too_large")
    if found or view["type"] != kind:
        messages = found or [f"view.type: must be {kind} here"]
        raise SlackError(
            "invalid_arguments", {"response_metadata": {"messages": [f"[ERROR] {line}" for line in messages]}}
        )
    taken("Home" if kind == "home" else "Modal", view)
    return dict(view)


def open_view(world: World, user: str, view: Any) -> Json:
    """A modal of its own: what was open before is gone."""
    made = _make(world, checked(view, "modal"), root=None, previous=None)
    for old in world.stacks[user]:
        world.views.pop(old, None)
    world.stacks[user] = [made["id"]]
    return _keep(world, made)


def push_view(world: World, user: str, view: Any) -> Json:
    stack = world.stacks[user]
    if not stack:
        raise SlackError("not_found")
    if len(stack) >= STACK_MOST:
        raise SlackError("push_limit_reached")
    made = _make(world, checked(view, "modal"), root=stack[0], previous=stack[-1])
    stack.append(made["id"])
    return _keep(world, made)


def update_view(world: World, old: Json, view: Any) -> Json:
    """Replaces what a view shows; what was typed stays where block and action keep their ids."""
    made = _make(world, checked(view, "modal"), root=old["root_view_id"], previous=old["previous_view_id"])
    typed = old["state"]["values"]
    values = {
        block: {action: typed.get(block, {}).get(action, value) for action, value in actions.items()}
        for block, actions in made["state"]["values"].items()
    }
    world.view_errors.pop(old["id"], None)
    return _keep(world, made | {"id": old["id"], "root_view_id": old["root_view_id"], "state": {"values": values}})


def publish_home(world: World, user: str, view: Any) -> Json:
    made = _make(world, checked(view, "home"), root=None, previous=None)
    view_id = world.homes.setdefault(user, made["id"])
    return _keep(world, made | {"id": view_id, "root_view_id": view_id})


def pop_view(world: World, user: str, *, all_of_them: bool = False) -> list[Json]:
    """Closes the top view or the whole stack; returns what was closed, top first."""
    stack = world.stacks[user]
    closing = list(reversed(stack)) if all_of_them else stack[-1:]
    world.stacks[user] = [] if all_of_them else stack[:-1]
    for view_id in closing:
        world.view_errors.pop(view_id, None)
    closed = [world.views.pop(view_id) for view_id in closing]
    world.announce()
    return closed


def view_of(world: World, user: str, view_id: str) -> Json | None:
    """A view this person can see: in the stack, or the Home tab."""
    visible = view_id in world.stacks[user] or world.homes.get(user) == view_id
    return world.views.get(view_id) if visible else None


def set_values(world: World, view: Json, values: Json) -> Json:
    """Remembers what a person typed or picked."""
    merged = {block: {**view["state"]["values"].get(block, {}), **actions} for block, actions in values.items()}
    return _keep(world, view | {"state": {"values": {**view["state"]["values"], **merged}}})


def _make(world: World, view: Json, *, root: str | None, previous: str | None) -> Json:
    view_id, blocks = world.new_id("V"), with_ids(world, view["blocks"])
    identity = {
        "id": view_id,
        "team_id": world.team,
        "app_id": world.app.id,
        "app_installed_team_id": world.team,
        "bot_id": world.app.bot_id,
        "hash": f"{int(world.now())}.{world.new_id('h')}",
        "root_view_id": root or view_id,
        "previous_view_id": previous,
    }
    return {**_DEFAULTS, **view, "blocks": blocks, "state": {"values": initial_values(blocks)}, **identity}


def _keep(world: World, view: Json) -> Json:
    world.views[view["id"]] = view
    world.announce()
    return view
