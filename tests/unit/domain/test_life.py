"""The life of a bug, walked whole: every state with every kind of entry, against the table as people would draw it."""

from itertools import pairwise

import pytest

from bot.bug import events as e
from bot.bug.bug import LIVE, Bug, Debt, Status
from bot.bug.decide.rules import SENTENCES, must_allow
from bot.bug.errors import Refused
from bot.bug.events import Event
from bot.bug.fold import FOLDERS, apply
from bot.bug.kinds import KINDS
from bot.bug.lifecycle import ROWS, allowed, move
from bot.bug.values import BugRef
from tests.golden import goldens
from tests.unit.domain.story import ANNA, MONDAY, SYSTEM

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
    "closed":            "..xx...",
    "retro_posted":      "ocfwxd.",
    "answered":          "ocfw...",
    "told":              "ocfwx..",
    "tell_asked":        "ocfwx..",
    "tell_approved":     "ocfwx..",
    "tell_refused":      "ocfwxd.",
    "tell_skipped":      "ocfw...",
    "tell_released":     "ocfwx..",
    "grant_undo_asked":  "ocfwxd.",
    "unparked":          "ocfwxd.",
    "fix_asked":         "ocfwx..",
    "fix_confirmed":     "ocfwx..",
    "fix_approved":      "ocfwx..",
    "fix_rejected":      "ocfwx..",
    "fix_cancelled":     "ocfwxd.",
    "fix_settled":       "ocfwxd.",
    "fix_reported_done": "ocfwx..",
    "look_asked":        "ocfwxd.",
    "investigate_asked": "ocfwxd.",
    "probe_asked":       "ocfwxd.",
    "opened":            ".......",
    "came_back":         "ocoooom",
}  # fmt: skip
STAYS = "ocfwxdm"
EVERY_KIND = pytest.mark.parametrize("kind", sorted(KINDS))


def drawn(status: Status, kind: str) -> Status | None:
    """Where the table leads; None where it says no."""
    letters = DRAWN.get(kind, STAYS)
    return LETTERS.get(letters[list(Status).index(status)])


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
    assert {status for status in Status if allowed(status, cls)} == expected


@EVERY_KIND
def test_a_refusal_says_how_the_bug_stands(kind: str) -> None:
    for status in Status:
        if allowed(status, KINDS[kind]):
            must_allow(a_bug(status), KINDS[kind])
        else:
            with pytest.raises(Refused, match="BUG-17"):
                must_allow(a_bug(status), KINDS[kind])


@EVERY_KIND
def test_each_move_leads_where_it_is_drawn(kind: str) -> None:
    expected = {status: drawn(status, kind) or status for status in Status}
    assert {status: move(status, KINDS[kind], owned=False) for status in Status} == expected


@EVERY_KIND
def test_a_bug_with_an_owner_never_goes_back_to_nobody(kind: str) -> None:
    unowned = {status: move(status, KINDS[kind], owned=False) for status in Status}
    expected = {status: Status.CLAIMED if to is Status.OPEN else to for status, to in unowned.items()}
    assert {status: move(status, KINDS[kind], owned=True) for status in Status} == expected


@EVERY_KIND
def test_every_entry_is_folded_in_every_state(kind: str) -> None:
    event = goldens.event(kind)
    for status in Status:
        before = a_bug(status)
        after = apply(before, event, MONDAY, SYSTEM)
        assert after.seq == before.seq + 1
        assert after.status is move(status, type(event), owned=after.owner is not None)


@pytest.mark.parametrize("status", [Status.FIXED, Status.OWED, Status.CLOSED, Status.DISMISSED])
@pytest.mark.parametrize("event", [e.Reopened(reason="still 500"), e.CameBack(occurrences=13)], ids=lambda x: x.KIND)
def test_a_bug_that_is_back_belongs_to_who_had_it(status: Status, event: Event) -> None:
    assert apply(a_bug(status, ANNA), event, MONDAY, SYSTEM).status is Status.CLAIMED
    assert apply(a_bug(status), event, MONDAY, SYSTEM).status is Status.OPEN


def test_every_kind_has_a_folder() -> None:
    assert set(FOLDERS) == set(KINDS.values())


def test_every_state_has_a_sentence_for_people() -> None:
    assert set(SENTENCES) == set(Status)


def test_every_row_has_a_reason_and_stands_once() -> None:
    assert all(len(row.why.split()) > 2 for row in ROWS)
    pairs = [(row.kind, status) for row in ROWS for status in row.frm]
    assert len(pairs) == len(set(pairs))


def test_every_row_is_a_kind_that_can_be_stored() -> None:
    assert {row.kind for row in ROWS} <= set(KINDS.values())


def test_nothing_leaves_a_merged_bug() -> None:
    assert all(
        move(Status.MERGED, cls, owned=owned) is Status.MERGED for cls in KINDS.values() for owned in (True, False)
    )


def test_the_straight_way_is_open_claimed_fixed_owed_closed() -> None:
    way = [Status.OPEN, Status.CLAIMED, Status.FIXED, Status.OWED, Status.CLOSED]
    steps: tuple[type[Event], ...] = (e.Claimed, e.Fixed, e.Owed, e.Paid)
    assert [move(s, kind, owned=True) for (s, _), kind in zip(pairwise(way), steps, strict=True)] == way[1:]
    assert set(way[:-1]) == LIVE
