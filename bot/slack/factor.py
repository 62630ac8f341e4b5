"""The second factor of an approval of high risk: a code of the approver's authenticator app, each used once."""

from datetime import datetime

import pyotp

from bot.domain.errors import Invalid, NotAllowed
from bot.domain.fix import Fix
from bot.domain.policy import Member
from bot.settings import PolicySettings

WRONG = "This is not the code that your app shows now. Wait for the next one and try that."
USED = "This code was used already. Wait for the next one."
DRIFT = (0, -1, 1)
"""Steps of 30 s by which a phone's clock may be off."""


def wanted(policy: PolicySettings, fix: Fix) -> bool:
    return bool(policy.totp) and fix.risk == "high"


def key(policy: PolicySettings, member: Member, code: str, now: datetime) -> str:
    """Names the one step in which this code is right. Raises NotAllowed for who has no second factor, Invalid for a wrong code."""
    secret = policy.totp.get(member.email) or policy.totp.get(member.id)
    if secret is None:
        raise NotAllowed("A fix of high risk takes a second factor, and `[policy] totp` has none for you.")
    totp = pyotp.TOTP(secret.get_secret_value())
    given, present = code.replace(" ", ""), totp.timecode(now)
    step = next((present + d for d in DRIFT if pyotp.utils.strings_equal(totp.generate_otp(present + d), given)), None)
    if step is None:
        raise Invalid(WRONG, {"code": WRONG})
    return f"totp:{member.id}:{step}"
