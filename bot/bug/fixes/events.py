"""The events of a fix, a look and a probe; `run` numbers the fixes of one bug from 1."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from bot.bug.events import Event, Outcome, Text, Texts
from bot.bug.values import PRIVATE, Frozen

IMAGES = timedelta(days=30)
"""How long rows of production, sealed or shown, are kept: as long a run can be undone."""
SECRETS = timedelta(days=1)
"""Of a preview that nobody went on with."""


class Stored(Frozen):
    """The engine's own preview, serialised, and the salt of its digest: what `run` compares production with."""

    salt: str = ""
    preview: str = ""


class Proof(Frozen):
    """A second factor as it was given: whose app by the settings, and its code. Used up; whoever has the secret can check it again."""

    whom: str = ""
    code: str = ""


class FixAsked(Event):
    """Somebody wants to see what an action would do; secret parameters are masked in it."""

    KIND = "fix_asked"
    run: int
    action: str
    params: Texts
    reason: Text
    undo_of: int | None = None
    view: str = ""
    """Slack's id of the modal that waits for the preview; empty where there is none."""


class FixSecrets(Outcome):
    """The secret parameters of a run; gone with its outcome."""

    KIND = "fix_secrets"
    KEEP = SECRETS
    run: int
    values: Texts


class FixPreviewed(Outcome):
    """What will execute is known; approvals are bound to `digest`."""

    KIND = "fix_previewed"
    KEEP = IMAGES
    run: int
    digest: str
    target: str
    lock_key: str
    summary: str
    text: Text
    rows: Annotated[tuple[Mapping[str, str], ...], PRIVATE] = ()
    stored: Annotated[Stored, PRIVATE] = Stored()
    count: int = 0
    undoable: bool = False
    undo_note: str = ""
    approvals: int = 0
    risk: str = "low"
    proper: bool = False
    repeats: int = 0
    """How often this action helped against the same kind of bug in the last 30 days."""


class FixRefused(Outcome):
    """The preview could not be made; nothing was touched."""

    KIND = "fix_refused"
    run: int
    why: Text


class FixConfirmed(Event):
    """The owner has seen the preview and wants it run."""

    KIND = "fix_confirmed"
    run: int
    digest: str
    asked: tuple[str, ...] = ()
    """Who is asked to approve; nobody: there is nobody else, and who asks may go on alone."""
    factor: bool = False
    """Each approval takes a second factor."""


class FixApproved(Event):
    KIND = "fix_approved"
    run: int
    digest: str
    break_glass: bool = False
    factor: bool = False
    """With a second factor."""
    proof: Annotated[Proof, PRIVATE] = Proof()
    reason: Text = ""


class FixRejected(Event):
    KIND = "fix_rejected"
    run: int
    reason: Text


class FixCancelled(Event):
    KIND = "fix_cancelled"
    run: int


class FixLapsed(Outcome):
    """The preview or its approval is no longer good; nothing was touched."""

    KIND = "fix_lapsed"
    run: int
    why: str


class FixWaits(Outcome):
    """Another run holds the same piece of production; this one begins after its end, or lapses."""

    KIND = "fix_waits"
    run: int
    bug: int
    other: int
    """The run of that bug."""


class FixStarted(Outcome):
    """From here on production may have changed; never started a second time."""

    KIND = "fix_started"
    run: int
    deadline: AwareDatetime


class FixProgressed(Outcome):
    """What the run said, once at its end; or what finds a cut-off run again (sealed)."""

    KIND = "fix_progressed"
    KEEP = IMAGES
    run: int
    kept: Text = ""
    text: Text = ""


class FixEnded(Outcome):
    KIND = "fix_ended"
    KEEP = IMAGES
    run: int
    state: Literal["succeeded", "failed", "unknown"]
    summary: str
    detail: Text = ""
    image: Annotated[str, PRIVATE] = ""
    """Before- and after-image, encrypted; expires."""


class InvestigateAsked(Event):
    """Somebody wants to know what a cut-off run did; production is only read."""

    KIND = "investigate_asked"
    run: int


class Investigated(Outcome):
    """What production says of a cut-off run; a person settles it."""

    KIND = "investigated"
    run: int
    state: Literal["succeeded", "failed", "unknown"]
    summary: str
    detail: Text = ""


class ImageExpired(Outcome):
    """The stored rows of this run are deleted: it can't be undone any more."""

    KIND = "image_expired"
    run: int


class FixSettled(Event):
    """A person looked at production and says what an unknown run did."""

    KIND = "fix_settled"
    run: int
    state: Literal["succeeded", "failed"]
    word: Text = ""


class FixReportedDone(Event):
    """In propose mode: a person ran what was shown and says so."""

    KIND = "fix_reported_done"
    run: int


class Form(Frozen):
    """The open form of an action (or look) whose menus these rows fill, and what it was filled in with."""

    action: str
    given: Mapping[str, str] = Field(default_factory=dict)
    state: str = ""
    """Slack's hash of it: a form that shows something else by now is left alone."""


class LookAsked(Event):
    KIND = "look_asked"
    look: str
    params: Texts = Field(default_factory=dict)
    view: str = ""
    form: Annotated[Form | None, PRIVATE] = None


class Looked(Outcome):
    """The rows went to the asker alone."""

    KIND = "looked"
    look: str
    asked: int
    """seq of the LookAsked entry."""
    count: int
    rows: Annotated[tuple[Mapping[str, str], ...], PRIVATE] = ()
    why: Text = ""
    """Why there are none, where it failed."""


class ProbeAsked(Event):
    """Somebody wants to know whether it works now."""

    KIND = "probe_asked"


class Probed(Outcome):
    KIND = "probed"
    probe: str
    when: Literal["before", "after", "asked"]
    ok: bool
    said: str
    run: int | None = None
    smoke: bool = False
    """Of something else that must not break."""
    broke: bool = False
    """It worked before this run."""
