"""Builds Block Kit with slackblocks, which knows Slack's limits. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

import slackblocks as sb

from bot.text import cut

Blocks = list[dict[str, Any]]
SECTION, BUTTON, OPTION, TITLE, LABEL = 3000, 75, 75, 24, 2000
MOST = 50
"""Blocks of a message."""
_SIMPLE = frozenset({sb.SectionBlock, sb.ActionsBlock, sb.ContextBlock, sb.HeaderBlock, sb.DividerBlock})


def section(text: str, id_: str, accessory: Any = None) -> sb.SectionBlock:
    return sb.SectionBlock(sb.Text(text[:SECTION], verbatim=False), block_id=id_, accessory=accessory)


def context(text: str, id_: str) -> sb.ContextBlock:
    return sb.ContextBlock([sb.Text(text[:2000])], block_id=id_)


def header(text: str, id_: str) -> sb.HeaderBlock:
    return sb.HeaderBlock(cut(text, 150), block_id=id_)


def button(label: str, verb: str, value: str, style: str | None = None, confirm: str = "") -> sb.Button:
    request = (
        sb.ConfirmationDialogue(title="Are you sure?", text=confirm[:300], confirm=cut(label, 30), deny="Not now")
        if confirm
        else None
    )
    return sb.Button(text=cut(label, BUTTON), action_id=verb, value=value[:2000], style=style, confirm=request)  # type: ignore[arg-type]


def overflow(options: Sequence[tuple[str, str]], id_: str = "more") -> sb.OverflowMenu | None:
    """(value, label) pairs, as in every menu; at most five."""
    chosen = [_option(value, label) for value, label in options[:5]]
    return sb.OverflowMenu(action_id=id_, options=chosen) if chosen else None


def actions(elements: Iterable[Any], id_: str) -> list[sb.Block]:
    some = [e for e in elements if e is not None][:25]
    return [sb.ActionsBlock(some, block_id=id_)] if some else []


def text_input(
    id_: str,
    label: str,
    value: str = "",
    *,
    many: bool = False,
    optional: bool = False,
    hint: str = "",
    longest: int = 3000,
) -> sb.InputBlock:
    element = sb.PlainTextInput(
        action_id="value", initial_value=value[:longest] or None, multiline=many, max_length=min(longest, 3000)
    )
    return _input(id_, label, element, optional=optional, hint=hint)


def number_input(
    id_: str,
    label: str,
    value: str = "",
    *,
    whole: bool = True,
    optional: bool = False,
    hint: str = "",
    least: str | None = None,
) -> sb.InputBlock:
    element = sb.NumberInput(
        is_decimal_allowed=not whole, action_id="value", initial_value=value or None, min_value=least
    )
    return _input(id_, label, element, optional=optional, hint=hint)


def date_input(id_: str, label: str, value: str = "", *, optional: bool = False, hint: str = "") -> sb.InputBlock:
    return _input(
        id_, label, sb.DatePicker(action_id="value", initial_date=value or None), optional=optional, hint=hint
    )


def person_input(id_: str, label: str, value: str = "") -> sb.InputBlock:
    """One of the workspace's people; `value`: the id of who is chosen at first."""
    element = sb.UserSelectMenu(action_id="value", initial_user=value if value[:1] in {"U", "W"} else None)
    return _input(id_, label, element, optional=False)


def menu(
    id_: str,
    label: str,
    choices: Sequence[tuple[str, str]],
    chosen: str = "",
    *,
    optional: bool = False,
    hint: str = "",
    live: bool = False,
) -> sb.InputBlock:
    """(value, label) pairs; `live` reports each change at once."""
    options = [_option(value, text) for value, text in choices[:100]]
    first = next((_option(v, t) for v, t in choices[:100] if v == chosen), None)
    element = sb.StaticSelectMenu(action_id="value", options=options, initial_option=first)
    return _input(id_, label, element, optional=optional, hint=hint, live=live)


def search_menu(id_: str, label: str, *, optional: bool, hint: str, placeholder: str) -> sb.InputBlock:
    """Any number of what the app offers while somebody types; its action is named as its block."""
    words = sb.Text(placeholder, type_=sb.TextType.PLAINTEXT)
    element = sb.ExternalMultiSelectMenu(action_id=id_, min_query_length=0, placeholder=words)
    return _input(id_, label, element, optional=optional, hint=hint)


def offered(choices: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """(value, label) pairs as a menu that searches takes them."""
    return [{"text": {"type": "plain_text", "text": cut(label, OPTION)}, "value": value} for value, label in choices]


def several(
    id_: str, label: str, choices: Sequence[tuple[str, str]], chosen: Iterable[str] = (), *, optional: bool = False
) -> sb.InputBlock:
    """A menu of which several may be chosen; (value, label) pairs."""
    held = set(chosen)
    options = [_option(value, text) for value, text in choices[:100]]
    initial = [_option(v, t) for v, t in choices[:100] if v in held] or None
    element = sb.StaticMultiSelectMenu(action_id="value", options=options, initial_options=initial)
    return _input(id_, label, element, optional=optional)


def person(id_: str, label: str, chosen: str = "", *, optional: bool = False) -> sb.InputBlock:
    """Somebody of the workspace."""
    element = sb.UserSelectMenu(action_id="value", initial_user=chosen or None)
    return _input(id_, label, element, optional=optional)


def checkboxes(
    id_: str, label: str, choices: Sequence[tuple[str, str]], ticked: Iterable[str] = (), *, optional: bool = False
) -> sb.InputBlock:
    """(value, label) pairs; at most ten, as Slack allows."""
    chosen = set(ticked)
    options = [_option(value, text) for value, text in choices[:10]]
    initial = [_option(v, t) for v, t in choices[:10] if v in chosen] or None
    return _input(
        id_, label, sb.CheckboxGroup(action_id="value", options=options, initial_options=initial), optional=optional
    )


def _option(value: str, text: str) -> sb.Option:
    """In plain text, which is all that Slack takes in menus. slackblocks makes mrkdwn of a bare string, and lets it through."""
    return sb.Option(text=sb.Text(cut(text, OPTION), type_=sb.TextType.PLAINTEXT), value=value[:150])


def _input(id_: str, label: str, element: Any, *, optional: bool, hint: str = "", live: bool = False) -> sb.InputBlock:
    return sb.InputBlock(
        label=cut(label, LABEL),
        element=element,
        block_id=id_,
        optional=optional,
        hint=hint or None,
        dispatch_action=live,
    )


def modal(
    title: str, blocks: Sequence[Any], *, id_: str, meta: str = "", submit: str | None = None, close: str = "Close"
) -> dict[str, Any]:
    view = sb.ModalView(
        title=cut(title, TITLE),
        blocks=list(blocks),
        submit=cut(submit, TITLE) if submit else None,
        close=cut(close, TITLE),
        callback_id=id_,
        private_metadata=meta,
    )
    return dict(view.to_dict())


def home(blocks: Sequence[Any]) -> dict[str, Any]:
    return dict(sb.HomeTabView(blocks=list(blocks)).to_dict())


def render(blocks: Sequence[Any]) -> Blocks:
    """Blocks of a message as Slack takes them."""
    if len(blocks) <= MOST and all(type(block) in _SIMPLE for block in blocks):
        # what slackblocks' own message checks beyond its blocks can't be wrong here, and for that it resolves each of them
        # five times: two thirds of what a card costs
        return [block._resolve() for block in blocks]  # noqa: SLF001 - it has no other way to say it once
    rendered: Blocks = sb.Message(channel="-", blocks=list(blocks)).to_dict()["blocks"]
    return rendered
