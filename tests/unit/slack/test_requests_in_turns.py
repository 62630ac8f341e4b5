"""Requests of one run that are updated while Slack's turns are scarce: each gets one, none two, and the rest goes on from there."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.bug.bug import Bug
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.gifts.gifts import TellApproved
from bot.bug.permissions.modes import Modes
from bot.bug.values import Actor, ActorKind, BugRef
from bot.ledger.ledger import Entry
from bot.ledger.relay.pace import TooSoon
from bot.ledger.relay.sink import Work
from bot.sinks.approval import ApprovalSink
from bot.sinks.reminder import ReminderSink

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
FIX = Fix(run=1, action="x", params={}, reason="", by="U1", at=AT, state=RunState.REJECTED)
ASKED = {"1:U2": ("D2", "2.2"), "1:U3": ("D3", "3.3"), "1:U4": ("D4", "4.4")}


@dataclass
class Turns:
    """Slack with so many turns."""

    left: int
    updated: list[str] = field(default_factory=list)

    async def update(self, channel: str, _ts: str, **_message: Any) -> None:
        if not self.left:
            raise TooSoon("chat.update", 1.2)
        self.left -= 1
        self.updated.append(channel)


@dataclass
class Whisper:
    port: Turns


@dataclass
class Clock:
    def clock(self) -> datetime:
        return AT


async def _nobody(_user: str) -> tuple[str, ...]:
    return ()


def _sink(turns: Turns) -> ApprovalSink:
    parts: dict[str, Any] = {"whisper": Whisper(turns), "ledger": Clock()}
    return ApprovalSink(**parts, modes=Modes(), able=_nobody, break_glass=False, solo=False)


def _work(external: Any) -> Work:
    lease: Any = None
    bug = replace(Bug(ref=BugRef(team="T1", number=1)), fixes=(FIX,))
    return Work(bug=bug, entry=None, external=external, doubt=False, attempt=0, lease=lease)


async def test_what_had_its_turn_is_not_done_again_when_the_turns_run_out() -> None:
    turns, external = Turns(left=1), dict[str, Any](ASKED)
    for _ in ASKED:
        served = await _sink(turns).serve(_work(external))
        external, turns.left = dict(served.external or {}), 1
    assert turns.updated == ["D2", "D3", "D4"]
    assert served.stuck is None


async def test_without_any_turn_it_keeps_its_place_among_those_that_wait() -> None:
    with pytest.raises(TooSoon):
        await _sink(Turns(left=0)).serve(_work(dict(ASKED)))


async def test_who_was_asked_to_let_a_gift_pass_sees_once_that_it_is_decided() -> None:
    turns, external = (
        Turns(left=1),
        {"4:U2": ["D2", "2.2"], "4:U3": ["D3", "3.3"], "4:U4": ["D4", "4.4"], "9:U2": ["D2", "9.9"]},
    )
    parts: dict[str, Any] = {"port": turns, "ledger": Clock()}
    bug = BugRef(team="T1", number=1)
    decided = Entry(bug=bug, seq=5, event=TellApproved(asked=4), at=AT, by=Actor(kind=ActorKind.PERSON, id="U2"))
    for _ in range(3):
        served = await ReminderSink(**parts).serve(replace(_work(external), entry=decided))
        external, turns.left = dict(served.external or {}), 1
    assert turns.updated == ["D2", "D3", "D4"]
    assert (served.stuck, list(external)) == (None, ["9:U2"])
