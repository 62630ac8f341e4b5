"""A connection cut at every step: what was not started is certain, what was started is unknown, and a look tells."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.demo.host.faults import Kind, Point
from bot.production.action import Risk, RunOutcome, RunRef, SshAction
from bot.production.redaction import Redactor
from bot.production.ssh.runtime import SshRuntime
from tests.parts.production_ssh.conftest import (
    RUN,
    Ear,
    Echo,
    Place,
    both_servers,
    group_is_gone,
    group_of,
    group_to_be_gone,
)

CHECK = 1
"""What the check takes that is made before the run: one connection, one session, one input."""


class Sleeps(SshAction):
    """Says so, and sleeps."""

    risk = Risk.LOW
    slug = "sleeps"
    timeout = 30.0
    command = "touch begun; echo asleep; sleep 60 & wait"


class Sleepless(SshAction):
    """Over at once, and without a check."""

    risk = Risk.LOW
    slug = "sleepless"
    command = "true"


class Kept(Echo):
    """Its undo has no check."""

    slug = "kept"
    undo_check = None


class Stubborn(SshAction):
    """Does not end when asked."""

    risk = Risk.LOW
    slug = "stubborn"
    command = "trap '' TERM; echo here to stay; while :; do sleep 0.2; done"


class Slow(Sleeps):
    """Has far too little time."""

    slug = "slow"
    timeout = 0.5


@pytest.mark.parametrize(
    ("kind", "at"),
    [("drop", "connect"), ("refuse", "connect"), ("drop", "session"), ("refuse", "session"), ("drop", "first_output")],
)
async def test_a_cut_before_the_start_means_that_nothing_was_run(place: Place, ear: Ear, kind: Kind, at: Point) -> None:
    place.faults.add(kind=kind, at=at, spared=CHECK)
    outcome = await place.run(Echo(word="x"), ear)
    assert outcome.state == "failed"
    assert "Nothing was run." in outcome.summary
    assert outcome.image is None
    await place.host.stop()
    assert place.heard() is None
    assert place.faults.pending == ()


@pytest.mark.parametrize("at", ["connect", "session", "first_output"])
async def test_a_host_that_goes_silent_before_the_start_runs_nothing(place: Place, ear: Ear, at: Point) -> None:
    place.faults.add(kind="hang", at=at, spared=CHECK)
    runtime = SshRuntime(place.target.model_copy(update={"connect_timeout": 1}), Redactor())
    outcome = await runtime.run(Echo(word="x"), await runtime.preview(Echo(word="x"), RUN), RUN, ear)
    assert outcome.state == "failed"
    assert "Nothing was run." in outcome.summary
    await place.host.stop()
    assert place.heard() is None


@pytest.mark.parametrize(("at", "ran"), [("input_lost", False), ("input", True)])
async def test_a_cut_after_the_start_is_unknown_and_never_guessed(
    place: Place, ear: Ear, at: Point, *, ran: bool
) -> None:
    place.faults.add(kind="drop", at=at, spared=CHECK)
    outcome = await place.run(Echo(word="x"), ear)
    assert outcome.state == "unknown"
    assert "lost the connection" in outcome.summary
    assert outcome.summary.endswith("Its own check can tell.")
    await group_to_be_gone(group_of(ear))
    assert (place.heard() is not None) is ran


async def test_a_cut_after_the_first_words_is_known_only_where_the_end_came_with_them(place: Place, ear: Ear) -> None:
    place.faults.add(kind="drop", at="output", spared=CHECK)
    outcome = await place.run(Echo(word="x"), ear)
    await group_to_be_gone(group_of(ear))
    assert outcome.state in {"succeeded", "unknown"}
    assert ("lost the connection" in outcome.summary) is (outcome.state == "unknown")
    assert place.heard() is not None


@pytest.mark.parametrize(("at", "found"), [("input_lost", "failed"), ("input", "succeeded")])
async def test_the_actions_own_check_tells_what_an_unknown_run_did(
    place: Place, ear: Ear, at: Point, found: str
) -> None:
    place.faults.add(kind="drop", at=at, spared=CHECK)
    preview = await place.runtime.preview(Echo(word="x"), RUN)
    cut = await place.runtime.run(Echo(word="x"), preview, RUN, ear)
    await group_to_be_gone(group_of(ear))
    seen = await place.runtime.investigate(Echo(word="x"), preview, cut.image, RUN, ear)
    assert seen.state == found
    assert "The check of echo" in seen.summary
    assert place.heard("count") in {None, "."}


async def test_an_end_that_was_said_is_known_whatever_becomes_of_the_connection(place: Place, ear: Ear) -> None:
    place.faults.add(kind="drop", at="exit")
    assert (await place.run(Sleepless(), ear)).state == "succeeded"


async def test_what_was_so_before_the_run_proves_nothing_after_a_cut_off(place: Place, ear: Ear) -> None:
    (place.host.directory / "heard").write_text("somebody else's")
    place.faults.add(kind="drop", at="input_lost", spared=CHECK)
    preview = await place.runtime.preview(Echo(word="x"), RUN)
    cut = await place.runtime.run(Echo(word="x"), preview, RUN, ear)
    await group_to_be_gone(group_of(ear))
    seen = await place.runtime.investigate(Echo(word="x"), preview, cut.image, RUN, ear)
    assert (cut.state, seen.state) == ("unknown", "unknown")
    assert "it passed before the run, too" in seen.summary
    assert place.heard("count") is None


@pytest.mark.parametrize(("at", "found"), [("input_lost", "unknown"), ("input", "unknown")])
async def test_a_cut_off_undo_without_a_check_of_its_own_is_asked_about(
    place: Place, ear: Ear, at: Point, found: str
) -> None:
    """The action's check passes before and after it; it says nothing of the undo."""
    cut, seen = await cut_off_undo(place, Kept(word="x"), at, ear)
    assert (cut.state, seen.state) == ("unknown", found)
    assert "The undo of kept runs no more and has no check of its own" in seen.summary


@pytest.mark.parametrize(("at", "found"), [("input_lost", "failed"), ("input", "succeeded")])
async def test_the_undos_own_check_tells_what_a_cut_off_undo_did(place: Place, ear: Ear, at: Point, found: str) -> None:
    cut, seen = await cut_off_undo(place, Echo(word="x"), at, ear)
    assert (cut.state, seen.state, place.heard() is None) == ("unknown", found, found == "succeeded")


async def cut_off_undo(place: Place, action: SshAction, at: Point, ear: Ear) -> tuple[RunOutcome, RunOutcome]:
    """How the undo of a run ended whose connection was cut, and what a look says."""
    done = await place.run(action)
    again = RUN.model_copy(update={"run": 4})
    preview = await place.runtime.undo_preview(action, done.image, again)
    place.faults.add(kind="drop", at=at, spared=CHECK if action.undo_check else 0)
    cut = await place.runtime.undo(action, done.image, preview, again, ear)
    await group_to_be_gone(group_of(ear))
    return cut, await place.runtime.investigate(action, preview, ear.kept[-1], again, ear, undoing=True)


async def test_a_look_after_a_cut_off_sees_that_the_command_still_runs(place: Place, ear: Ear) -> None:
    place.faults.add(kind="drop", at="output")
    preview = await place.runtime.preview(Sleeps(), RUN)
    cut = await place.runtime.run(Sleeps(), preview, RUN, ear)
    seen = await place.runtime.investigate(Sleeps(), preview, cut.image, RUN, ear)
    assert seen.state == "unknown"
    assert f"still running on {place.host.address}, as process group {group_of(ear)}" in seen.summary


@pytest.mark.parametrize("jump", [timedelta(days=-1), timedelta(days=1)], ids=["forward", "back"])
async def test_a_clock_that_jumps_makes_no_failure_of_what_is_under_way(
    place: Place, ear: Ear, jump: timedelta
) -> None:
    place.faults.add(kind="drop", at="output")
    preview = await place.runtime.preview(Sleeps(), RUN)
    cut = await place.runtime.run(Sleeps(), preview, RUN, ear)
    jumped = RUN.model_copy(update={"deadline": datetime.now(UTC) + jump})
    seen = await place.runtime.investigate(Sleeps(), preview, cut.image, jumped, ear)
    assert (seen.state, "still running" in seen.summary) == ("unknown", True)


async def test_a_look_without_a_check_asks_a_person(place: Place, ear: Ear) -> None:
    place.faults.add(kind="drop", at="input_lost")
    preview = await place.runtime.preview(Sleeps(), RUN)
    await place.runtime.run(Sleeps(), preview, RUN, ear)
    await group_to_be_gone(group_of(ear))
    seen = await place.runtime.investigate(Sleeps(), preview, ear.kept[0], RUN, ear)
    assert seen.state == "unknown"
    assert "say what you see" in seen.summary


@both_servers
async def test_a_look_at_a_host_that_is_away_says_that_it_cannot_see(place: Place, ear: Ear) -> None:
    done = await place.run(Echo(word="x"), ear)
    preview = await place.runtime.preview(Echo(word="x"), RUN)
    await place.host.stop()
    seen = await place.runtime.investigate(Echo(word="x"), preview, done.image, RUN, ear)
    assert seen.state == "unknown"
    assert "can't be seen" in seen.summary


@both_servers
async def test_a_cancel_ends_the_whole_process_group_and_says_so(place: Place, ear: Ear) -> None:
    ear.cancel_once("asleep")
    outcome = await place.run(Sleeps(), ear)
    assert outcome.state == "failed"
    assert "was ended, as somebody cancelled the run" in outcome.summary
    assert group_is_gone(group_of(ear))


@both_servers
async def test_a_command_that_does_not_end_when_asked_is_killed(place: Place, ear: Ear) -> None:
    ear.cancel_once("here to stay")
    outcome = await place.run(Stubborn(), ear)
    assert "was killed, it did not end when asked" in outcome.summary
    assert group_is_gone(group_of(ear))


async def test_a_cancel_that_cannot_reach_the_host_is_unknown(place: Place, ear: Ear) -> None:
    def lose(_: str) -> None:
        place.faults.add(kind="drop", at="session", times=2)
        ear.cancelled.set()

    ear.on_line = lose
    outcome = await place.run(Sleeps(), ear)
    assert outcome.state == "unknown"
    assert f"may still be running there as process group {group_of(ear)}" in outcome.summary


@both_servers
async def test_a_cancel_before_the_start_runs_nothing(place: Place, ear: Ear) -> None:
    ear.cancelled.set()
    outcome = await place.run(Echo(word="x"), ear)
    assert outcome.state == "failed"
    assert "was not started, the run was cancelled" in outcome.summary
    assert place.heard() is None


@both_servers
async def test_what_takes_too_long_is_ended(place: Place, ear: Ear) -> None:
    outcome = await place.run(Slow(), ear)
    assert outcome.state == "failed"
    assert "was ended, as it had not finished within 0.5 s" in outcome.summary
    assert group_is_gone(group_of(ear))


@both_servers
async def test_a_deadline_that_has_passed_starts_nothing(place: Place, ear: Ear) -> None:
    late = RunRef(bug="BUG-17", run=3, salt="pepper", deadline=datetime.now(UTC) - timedelta(seconds=1))
    outcome = await place.run(Echo(word="x"), ear, late)
    assert outcome.state == "lapsed"
    assert "Nothing was run." in outcome.summary
    assert place.heard() is None
