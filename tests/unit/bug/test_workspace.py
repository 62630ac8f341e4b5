"""What belongs to no bug: the state of the workspace after each entry, and what people read of it."""

import json
from datetime import UTC, datetime

import pytest

from bot.bug import workspace
from bot.bug.errors import Refused
from bot.bug.lifecycle import KINDS
from bot.bug.values import PRIVATE, Actor, ActorKind
from bot.bug.words import plain
from bot.bug.workspace import (
    ActionAllowed,
    BackupRestored,
    ConversationSettled,
    Freeze,
    ProductionFrozen,
    ProductionThawed,
    SettingsChanged,
    Workspace,
    WorkspaceEvent,
    allow,
    change_settings,
    follow,
    thaw,
)
from bot.ledger import codec
from tests.golden import goldens

AT = datetime(2025, 11, 24, 14, 0, tzinfo=UTC)
LEE = Actor(kind=ActorKind.PERSON, id="U0LEAD")
EVERY_KIND = pytest.mark.parametrize("kind", sorted(workspace.KINDS))


def after(*events: WorkspaceEvent) -> Workspace:
    now = Workspace(team="T1")
    for event in events:
        now = follow(now, event, AT, LEE)
    return now


def test_a_freeze_holds_until_the_thaw() -> None:
    frozen = after(ProductionFrozen(why="deploy"))
    assert frozen.freeze == Freeze(by="U0LEAD", at=AT, why="deploy", number=1)
    assert thaw(frozen, "done") == ProductionThawed(why="done")
    thawed = follow(frozen, ProductionThawed(), AT, LEE)
    assert (thawed.freeze, thawed.seq) == (None, 2)
    assert thaw(thawed) is None


def test_another_freeze_than_the_one_that_is_meant_stays() -> None:
    anew = after(ProductionFrozen(), ProductionThawed(), ProductionFrozen(why="fire"))
    with pytest.raises(Refused, match="so nothing was thawed"):
        thaw(anew, number=1)
    assert thaw(anew, "out", number=3) == ProductionThawed(why="out")


def test_an_action_is_on_as_its_file_was_when_it_was_allowed() -> None:
    now = after(
        ActionAllowed(action="a", sha="1"), ActionAllowed(action="b", sha="1"), ActionAllowed(action="a", sha="2")
    )
    assert now.allowed == {"a": "2", "b": "1"}
    assert allow(now, "a", "2") is None
    assert allow(now, "a", "3", "read") == ActionAllowed(action="a", sha="3", why="read")


def test_a_backup_came_back_at_a_time() -> None:
    assert after(BackupRestored()).restored_at == AT


def test_settings_are_told_where_they_differ() -> None:
    first = change_settings(Workspace(team="T1"), {"mode": "watch", "approvers": "", "board": "trello"})
    assert first == SettingsChanged(changed={"mode": "watch", "board": "trello"})
    now = after(first)
    assert change_settings(now, {"mode": "watch", "board": "trello", "approvers": ""}) is None
    then = change_settings(now, {"mode": "run", "board": ""})
    assert then == SettingsChanged(changed={"mode": "run", "board": ""})
    assert follow(now, then, AT, LEE).settings == {"mode": "run"}
    assert (
        plain(then.line("system:makegood").parts) == "Makegood started with new settings: board = nothing, mode = run"
    )


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("new", "U0LEAD opened BUG-3 for a message from e-mail"),
        ("same", "U0LEAD joined to BUG-3 a message from e-mail"),
        ("nothing", "U0LEAD found no bug in a message from e-mail"),
    ],
)
def test_what_somebody_decided_about_a_message_is_said(what: str, said: str) -> None:
    event = ConversationSettled.model_validate({"source": "mail", "conversation": "m1", "what": what, "bug": 3})
    assert plain(event.line("U0LEAD").parts) == said
    assert after(event) == Workspace(team="T1", seq=1)


def test_every_kind_has_a_stored_entry_and_no_name_is_used_twice() -> None:
    assert goldens.kinds(goldens.WORKSPACE) == sorted(workspace.KINDS)
    assert not workspace.KINDS.keys() & KINDS.keys()


@EVERY_KIND
def test_what_was_stored_once_loads_and_is_written_the_same_again(kind: str) -> None:
    public, private = goldens.stored(kind, goldens.WORKSPACE)
    event = codec.load_of_workspace(kind, public, private)
    assert codec.dump(event) == (public, private)
    assert event.line("U0LEAD").icon
    assert set(json.loads(private or "{}")) == {n for n, f in type(event).model_fields.items() if PRIVATE in f.metadata}
    assert set(json.loads(public)) | set(json.loads(private or "{}")) == set(type(event).model_fields)


@EVERY_KIND
def test_an_entry_is_still_read_when_its_private_row_is_deleted(kind: str) -> None:
    public, _ = goldens.stored(kind, goldens.WORKSPACE)
    assert codec.load_of_workspace(kind, public, None).line("U0LEAD").parts


def test_a_workspace_comes_back_as_it_was_stored() -> None:
    now = after(*(codec.load_of_workspace(k, *goldens.stored(k, goldens.WORKSPACE)) for k in sorted(workspace.KINDS)))
    assert codec.load_workspace(codec.dump_workspace(now)) == now
