"""Submitting and closing modals, and what an app may answer: errors, another view, one on top, or all gone."""

from typing import Any

from bot.demo.slack import forms, modals, payloads
from bot.demo.slack.courier import Courier
from bot.demo.slack.gestures import Gestures, find_element
from bot.demo.slack.records import Ack, Act, ActError, Json, SlackError
from bot.demo.slack.taken import taken
from bot.demo.slack.validate import walk_elements
from bot.demo.slack.world import World

TROUBLE = "We had some trouble connecting. Try again?"


class Submits:
    def __init__(self, world: World, courier: Courier, gestures: Gestures) -> None:
        self._world, self._courier, self._gestures = world, courier, gestures

    def fill(self, user: str, view_id: str, values: Json) -> Json:
        """Types and picks without sending: {block_id: {action_id: text, label, or list of them}}."""
        view = self._gestures.view(user, view_id)
        elements = list(walk_elements(view["blocks"]))
        read = {
            block: {
                action: forms.value_of(find_element(elements, action, block), given)
                for action, given in actions.items()
            }
            for block, actions in values.items()
        }
        return modals.set_values(self._world, view, read)

    async def submit(self, user: str, view_id: str, values: Json | None = None) -> Act:
        view = self.fill(user, view_id, values or {})
        if self._world.stacks[user][-1:] != [view_id]:
            raise ActError(f"view {view_id} is not on top; that is {self._world.stacks[user][-1:]}")
        if errors := forms.client_errors(view):
            return self._show_errors(view, errors)
        self._world.view_errors.pop(view_id, None)
        ack = await self._courier.interactive("interactive", payloads.submission(self._world, user, view))
        if not ack.ok:
            return self._trouble(user, f"{self._world.app.name} didn't respond ({ack.failure})")
        answer = _answer(ack)
        try:
            act = self._react(user, view, answer)
        except SlackError as error:
            return self._trouble(user, f"{error.code} {error.detail}")
        if answer and not act.error:
            taken("Submission", answer)
        return act

    def _react(self, user: str, view: Json, answer: Json) -> Act:
        action = answer.get("response_action")
        if action == "errors":
            return self._refused(user, view, answer)
        if action == "update":
            shown = modals.update_view(self._world, view, answer.get("view"))
            return Act(response_action=action, view_id=shown["id"])
        if action == "push":
            shown = modals.push_view(self._world, user, answer.get("view"))
            return Act(response_action=action, view_id=shown["id"])
        if action not in {None, "clear"}:
            return self._trouble(user, f"there is no response_action {action!r}")
        self._close(user, view, all_of_them=action == "clear")
        return Act(response_action=action)

    def _close(self, user: str, view: Json, *, all_of_them: bool) -> None:
        """The app may have closed or replaced it in the meantime."""
        if all_of_them or self._world.stacks[user][-1:] == [view["id"]]:
            modals.pop_view(self._world, user, all_of_them=all_of_them)

    def _refused(self, user: str, view: Json, answer: Json) -> Act:
        """Slack takes errors only for input blocks that are there."""
        errors = answer.get("errors")
        inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
            return self._trouble(user, f"errors {errors!r} are not for the input blocks {sorted(inputs)}")
        return self._show_errors(view, {str(block): str(text) for block, text in errors.items()})

    def _show_errors(self, view: Json, errors: dict[str, str]) -> Act:
        self._world.view_errors[view["id"]] = errors
        self._world.announce()
        return Act(ok=False, response_action="errors", errors=errors, view_id=view["id"])

    def _trouble(self, user: str, why: str) -> Act:
        self._world.notify(user, None, TROUBLE)
        return Act(ok=False, error=f"{TROUBLE} {why}")

    async def close_view(self, user: str, view_id: str, *, all_of_them: bool = False) -> Act:
        """Cancel closes the top view; the cross, or a view that says so, closes all. The app hears of it when it wants to."""
        view = self._gestures.view(user, view_id)
        is_cleared = all_of_them or view["clear_on_close"]
        closed = modals.pop_view(self._world, user, all_of_them=is_cleared)
        for one in closed:
            if one["notify_on_close"]:
                payload = payloads.closed(self._world, user, one, is_cleared=is_cleared)
                await self._courier.interactive("interactive", payload)
        return Act()


def _answer(ack: Ack) -> Json:
    body: Any = ack.body
    return body if isinstance(body, dict) else {}
