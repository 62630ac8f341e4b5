"""The life of a bug, walked whole: every state with every kind of entry, against the table as people would draw it."""

from collections.abc import Sequence
from itertools import pairwise

import pytest

from bot.bug.bug import LIVE, Bug, Debt, Status
from bot.bug.course.course import CameBack, Fixed, Reopened
from bot.bug.course.ownership import Claimed
from bot.bug.debt.debt import Owed, Paid
from bot.bug.errors import Refused
from bot.bug.event import Event, allowed, follow, must_allow
from bot.bug.lifecycle import CHAPTERS, KINDS, MOVES, diagram
from bot.bug.values import BugRef
from tests.golden import goldens
from tests.unit.bug.story import ANNA, MONDAY, SYSTEM

LETTERS = {
    "o": Status.OPEN,
    "c": Status.CLAIMED,
    "f": Status.FIXED,
    "w": Status.OWED,
    "x": Status.CLOSED,
    "d": Status.DISMISSED,
    "m": Status.MERGED,
}
#: What becomes of a bug that nobody owns. A dot: it can't be done then. Columns: open claimed fixed owed closed dismissed merged.
DRAWN = {
    #                    ocfwxdm
    "claimed":           "ccfw...",
    "released":          ".o.....",
    "handed_over":       ".cfw...",
    "taken_over":        ".cfw...",
    "estimated":         "oc.....",
    "dismissed":         "dd.....",
    "muted":             "ocfw...",
    "snoozed":           "ocfw...",
    "merged":            "mmmm...",
    "absorbed":          "ocfw...",
    "fixed":             "ff.....",
    "reopened":          "..oooo.",
    "owed":              "..w....",
    "paid":              "..fx...",
    "owed_again":        "..f.w..",
    "debt_changed":      "...w...",
    "closed":            "..xx...",
    "waived":            "...x...",
    "retro_asked":       "ocfwxd.",
    "postmortem_asked":  "ocfwxd.",
    "answered":          "ocfw...",
    "told":              "ocfwx..",
    "letters_taken_back": "ocfwxd.",
    "tell_asked":        "ocfwx..",
    "tell_approved":     "ocfwx..",
    "tell_refused":      "ocfwxd.",
    "tell_skipped":      "ocfw...",
    "tell_planned":      "ocfwx..",
    "seen":              "ocfwxdm",
    "same_person":       "ocfwx..",
    "parted":            "ocfwx..",
    "seriousness_said":  "ocfwx..",
    "lesson_written":    "ocfwxd.",
    "how_we_did_written": "ocfwxd.",
    "retro_task_added":  "ocfwxd.",
    "retro_task_changed": "ocfwxd.",
    "retro_task_settled": "ocfwxd.",
    "lesson_skipped":    "....x..",
    "tell_released":     "ocfwx..",
    "grant_undo_asked":  "ocfwxd.",
    "retry_asked":       "ocfwxd.",
    "fix_asked":         "ocfwx..",
    "fix_confirmed":     "ocfwx..",
    "fix_approved":      "ocfwx..",
    "fix_rejected":      "ocfwx..",
    "fix_sent_back":     "ocfwx..",
    "fix_handed_on":     "ocfwx..",
    "fix_code_wrong":    "ocfwx..",
    "fix_cancelled":     "ocfwxd.",
    "fix_settled":       "ocfwxd.",
    "fix_reported_done": "ocfwx..",
    "look_asked":        "ocfwxd.",
    "investigate_asked": "ocfwxd.",
    "probe_asked":       "ocfwxd.",
    "page_named":        "ocfwxd.",
    "opened":            ".......",
    "came_back":         "..oooo.",
}  # fmt: skip
EVERY_KIND = pytest.mark.parametrize("kind", sorted(KINDS))


def drawn(status: Status, kind: str) -> Status | None:
    """Where the table leads; None where it says no."""
    return LETTERS.get(DRAWN[kind][list(Status).index(status)])


def a_bug(status: Status, owner: str | None = None) -> Bug:
    debt = Debt(owner=ANNA, due=MONDAY) if status is Status.OWED else None
    return Bug(ref=BugRef(team="T1", number=17), seq=3, status=status, owner=owner, debt=debt, merged_into=2)


def test_the_table_names_every_decision() -> None:
    decisions = {kind for kind, cls in KINDS.items() if not cls.OUTCOME}
    assert decisions == set(DRAWN) - {"came_back"}


@EVERY_KIND
def test_a_decision_is_allowed_where_it_is_drawn_and_refused_everywhere_else(kind: str) -> None:
    cls = KINDS[kind]
    expected = {status for status in Status if cls.OUTCOME or drawn(status, kind)}
    assert {status for status in Status if allowed(a_bug(status), cls)} == expected


@EVERY_KIND
def test_a_refusal_says_how_the_bug_stands(kind: str) -> None:
    for status in Status:
        if allowed(a_bug(status), KINDS[kind]):
            must_allow(a_bug(status), KINDS[kind])
        else:
            with pytest.raises(Refused, match="BUG-17"):
                must_allow(a_bug(status), KINDS[kind])


@EVERY_KIND
def test_each_move_leads_where_it_is_drawn(kind: str) -> None:
    expected = {status: drawn(status, kind) if kind in DRAWN else None for status in Status}
    assert {status: KINDS[kind].leads_to(status) for status in Status} == expected


@EVERY_KIND
def test_a_bug_with_an_owner_never_goes_back_to_nobody(kind: str) -> None:
    event = goldens.event(kind)
    for status in set(Status) - {Status.OPEN}:
        after = follow(a_bug(status, ANNA), event, MONDAY, SYSTEM)
        assert after.owner is None or after.status is not Status.OPEN


@EVERY_KIND
def test_every_entry_is_folded_in_every_state(kind: str) -> None:
    event = goldens.event(kind)
    for status in Status:
        before = a_bug(status)
        after = follow(before, event, MONDAY, SYSTEM)
        assert after.seq == before.seq + 1
        leads = type(event).leads_to(status) or status
        assert after.status is (Status.CLAIMED if after.owner and leads is Status.OPEN else leads)


@pytest.mark.parametrize("status", [Status.FIXED, Status.OWED, Status.CLOSED, Status.DISMISSED])
@pytest.mark.parametrize("event", [Reopened(reason="still 500"), CameBack(occurrences=13)], ids=lambda x: x.KIND)
def test_a_bug_that_is_back_belongs_to_who_had_it(status: Status, event: Event) -> None:
    assert follow(a_bug(status, ANNA), event, MONDAY, SYSTEM).status is Status.CLAIMED
    assert follow(a_bug(status), event, MONDAY, SYSTEM).status is Status.OPEN


def every_kind_below(base: type) -> set[type[Event]]:
    direct: Sequence[type[Event]] = base.__subclasses__()
    below = {kind for sub in direct for kind in (sub, *every_kind_below(sub))}
    # those of the product: what a newer version would have is made up by tests
    return {kind for kind in below if kind.KIND and kind.__module__.startswith("bot.")}


def test_the_chapters_hold_every_kind_once() -> None:
    kinds = [event for chapter in CHAPTERS for event in chapter.EVENTS]
    assert len(kinds) == len(KINDS)
    assert set(kinds) == every_kind_below(Event)


def test_every_move_has_a_reason_and_stands_once() -> None:
    assert all(len(move.why.split()) > 2 for _, move in MOVES)
    pairs = [(kind, status) for kind, move in MOVES for status in move.frm]
    assert len(pairs) == len(set(pairs))


def test_nothing_leaves_a_merged_bug() -> None:
    assert {cls.leads_to(Status.MERGED) for cls in KINDS.values()} == {None, Status.MERGED}


def test_the_diagram_draws_every_move_that_leads_elsewhere() -> None:
    arrows = {line.strip() for line in diagram().splitlines()[2:]}
    drawn_ = {
        f"{status.value} --> {to.value}: {kind}"
        for kind in KINDS
        for status in Status
        if (to := drawn(status, kind) if kind in DRAWN else None) and to is not status
    }
    assert drawn_ <= arrows


def test_the_straight_way_is_open_claimed_fixed_owed_closed() -> None:
    way = [Status.OPEN, Status.CLAIMED, Status.FIXED, Status.OWED, Status.CLOSED]
    steps: tuple[type[Event], ...] = (Claimed, Fixed, Owed, Paid)
    assert [kind.leads_to(s) for (s, _), kind in zip(pairwise(way), steps, strict=True)] == way[1:]
    assert set(way[:-1]) == LIVE
