"""The life of a bug: one row for each move that is allowed, with its reason. A decision without a row is refused."""

from typing import NamedTuple

from bot.bug import events as e
from bot.bug.bug import Status
from bot.bug.events import Event
from bot.bug.fixes import events as f

S = Status
OPEN, CLAIMED, FIXED, OWED, CLOSED, DISMISSED, MERGED = S
STAY = None
WORKING = (OPEN, CLAIMED)
ALIVE = (OPEN, CLAIMED, FIXED, OWED)
ENDED = (CLOSED, DISMISSED)
ANY = (*ALIVE, *ENDED)


class Row(NamedTuple):
    kind: type[Event]
    frm: tuple[Status, ...]
    to: Status | None
    why: str


#: A bug that goes back to OPEN with an owner is CLAIMED: the owner never has to claim twice (see `move`).
ROWS: tuple[Row, ...] = (
    Row(e.Claimed, WORKING, CLAIMED, "one person takes it"),
    Row(e.Claimed, (FIXED, OWED), STAY, "it was fixed while nobody owned it: somebody now answers for the rest"),
    Row(e.Released, (CLAIMED,), OPEN, "the owner can't go on; nothing is fixed yet, so nobody has it"),
    Row(e.HandedOver, (CLAIMED, FIXED, OWED), STAY, "the owner passes it on; what is owed goes along"),
    Row(e.TakenOver, (CLAIMED, FIXED, OWED), STAY, "somebody else takes it, and the owner is told"),
    Row(e.Estimated, WORKING, STAY, "an estimate is only worth something before it is fixed"),
    Row(e.Dismissed, WORKING, DISMISSED, "not a bug; what was fixed can't be dismissed"),
    Row(e.Muted, ALIVE, STAY, "repeats are noise for a while"),
    Row(e.Snoozed, ALIVE, STAY, "whoever is at it wants quiet for a while"),
    Row(e.Merged, ALIVE, MERGED, "the other bug goes on for both"),
    Row(e.Absorbed, ALIVE, STAY, "another bug turned out to be this one"),
    Row(e.Fixed, WORKING, FIXED, "it works again"),
    Row(e.Reopened, (FIXED, OWED, *ENDED), OPEN, "it does not work after all"),
    Row(e.CameBack, (FIXED, OWED, *ENDED), OPEN, "it happened again after it was thought fixed"),
    Row(e.Owed, (FIXED,), OWED, "everybody is told, and the fix was a quick one"),
    Row(e.Paid, (OWED,), CLOSED, "the proper fix is done"),
    Row(e.Paid, (FIXED,), STAY, "the proper fix is done before everybody is told: telling closes it"),
    Row(e.Closed, (FIXED, OWED), CLOSED, "nothing is owed to anybody"),
    Row(e.RetroPosted, ANY, STAY, "a retro can be read at any time"),
    Row(e.Answered, ALIVE, STAY, "anybody may answer, whoever owns it"),
    Row(e.Told, (*ALIVE, CLOSED), STAY, "anybody may tell; a late customer of a closed bug too"),
    Row(e.TellAsked, (*ALIVE, CLOSED), STAY, "more than one may give alone: somebody else is asked first"),
    Row(e.TellApproved, (*ALIVE, CLOSED), STAY, "another person lets it pass"),
    Row(e.TellRefused, ANY, STAY, "another person says no, or it is taken back"),
    Row(e.TellSkipped, ALIVE, STAY, "who was only hit and never asked may be left in peace"),
    Row(e.TellReleased, (*ALIVE, CLOSED), STAY, "the makegood failed; the customer is told all the same"),
    Row(e.GrantUndoAsked, ANY, STAY, "money given by mistake is taken back at any time"),
    Row(e.Unparked, ANY, STAY, "somebody mended what a sink failed at"),
    Row(f.FixAsked, ALIVE, STAY, "a quick fix, a roll-out, or an undo after the fact"),
    Row(f.FixAsked, (CLOSED,), STAY, "an undo may be needed after it was closed"),
    Row(f.FixConfirmed, (*ALIVE, CLOSED), STAY, "the one who asked has seen what will happen"),
    Row(f.FixApproved, (*ALIVE, CLOSED), STAY, "another person has seen what will happen"),
    Row(f.FixRejected, (*ALIVE, CLOSED), STAY, "another person says no"),
    Row(f.FixCancelled, ANY, STAY, "nobody is made to go on with a fix"),
    Row(f.FixSettled, ANY, STAY, "somebody looked at production after a cut-off"),
    Row(f.FixReportedDone, (*ALIVE, CLOSED), STAY, "somebody ran what was proposed"),
    Row(f.LookAsked, ANY, STAY, "a look changes nothing"),
    Row(f.InvestigateAsked, ANY, STAY, "production is only read after a cut-off"),
    Row(f.ProbeAsked, ANY, STAY, "a probe changes nothing"),
)

_TO = {(row.kind, status): row.to or status for row in ROWS for status in row.frm}


def allowed(status: Status, kind: type[Event]) -> bool:
    """Whether an entry of this kind may be written now; an outcome always may."""
    return kind.OUTCOME or (kind, status) in _TO


def move(status: Status, kind: type[Event], *, owned: bool) -> Status:
    """The status after an event of this kind; an outcome without a row leaves it as it is."""
    after = _TO.get((kind, status), status)
    return CLAIMED if after is OPEN and owned else after
