"""Checks the code of an approver's authenticator app. Each code counts once."""

from datetime import datetime

import pyotp

from bot.bug.errors import Invalid, NotAllowed
from bot.bug.fixes.approval import FixApproved, Proof
from bot.bug.fixes.fix import Fix
from bot.bug.permissions.policy import Member
from bot.settings.policy import PolicySettings

WRONG = "This is not the code that your app shows now. Wait for the next one and try that."
USED = "This code was used already. Wait for the next one."
DRIFT = (0, -1, 1)
"""Steps of 30 s by which a phone's clock may be off."""
WRITTEN = (*DRIFT, -2)
"""The entry is written a moment after the code was looked at."""


class WrongCode(Invalid):
    """The code is not the one that is right now: a try less."""

    def __init__(self, left: int | None = None) -> None:
        tries = {None: "", 0: " That was your last try for this request: somebody else has to approve it."}
        said = WRONG + tries.get(left, f" {left} {'try is' if left == 1 else 'tries are'} left for this request.")
        super().__init__(said, {"code": said})


def wanted(policy: PolicySettings, fix: Fix) -> bool:
    return bool(policy.totp) and fix.risk == "high"


def give(policy: PolicySettings, member: Member, code: str, now: datetime) -> tuple[str, Proof]:
    """The key that names the one step in which this code is right, and what is kept of it.

    Raises NotAllowed for who has no second factor, WrongCode for a wrong code.
    """
    whom = member.email if member.email in policy.totp else member.id
    if whom not in policy.totp:
        raise NotAllowed("A fix of high risk takes a second factor, and `[policy] totp` has none for you.")
    given = code.replace(" ", "")
    step = _step(policy, whom, given, now, DRIFT)
    if step is None:
        raise WrongCode
    return f"totp:{member.id}:{step}", Proof(whom=whom, code=given)


def holds(policy: PolicySettings, event: FixApproved, by: str, key: str | None, at: datetime) -> bool:
    """Whether an approval of the trail carries a code that was right when it was written, under the key that uses it up."""
    whom = event.proof.whom
    theirs = whom in policy.totp and ("@" in whom or whom == by)
    step = _step(policy, whom, event.proof.code, at, WRITTEN) if theirs else None
    return step is not None and key == f"totp:{by}:{step}"


def _step(policy: PolicySettings, whom: str, code: str, at: datetime, drift: tuple[int, ...]) -> int | None:
    totp = pyotp.TOTP(policy.totp[whom].get_secret_value())
    present = totp.timecode(at)
    return next((present + d for d in drift if pyotp.utils.strings_equal(totp.generate_otp(present + d), code)), None)
