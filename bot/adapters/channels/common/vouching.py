"""Checks whether the domain in From vouches for a mail, by the SPF, DKIM and DMARC results of our own server."""

import re
from email.utils import parseaddr

from bot.adapters.channels.common.headers import Headers, top

RESULT = re.compile(r"\b(dkim|spf|dmarc)\s*=\s*pass\b([^;]*)", re.IGNORECASE)
PROPERTY = re.compile(r"(?:header\.(?:d|i|from)|smtp\.mailfrom|envelope-from)\s*=\s*\"?<?([^\s;\"<>]+)", re.IGNORECASE)
COMMENT = re.compile(r"\([^()]*\)")


def vouched(headers: Headers, email: str, authserv: str = "") -> bool:
    """SPF, DKIM or DMARC passed for the very domain that From names; `authserv` is the name our mail server signs with."""
    results = top(headers, "authentication-results")
    if authserv and results.partition(";")[0].strip().split(" ")[0].lower() != authserv.lower():
        return spf_vouched(headers, email)
    passed = RESULT.findall(COMMENT.sub(" ", results))
    return any(_names(properties, email) for _, properties in passed) or spf_vouched(headers, email)


def spf_vouched(headers: Headers, email: str) -> bool:
    received = top(headers, "received-spf")
    if not received.lower().startswith("pass"):
        return False
    return _names(received, email) or aligned(parseaddr(top(headers, "return-path"))[1], email)


def _names(properties: str, email: str) -> bool:
    return any(aligned(found, email) for found in PROPERTY.findall(properties))


def aligned(address: str, email: str) -> bool:
    """The same domain, or one below the other: "bounce.shop.example" vouches for "shop.example"."""
    one, other = (part.rpartition("@")[2].lower().strip(".") for part in (address, email))
    return bool(one and other) and (one == other or one.endswith("." + other) or other.endswith("." + one))
