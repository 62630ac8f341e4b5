"""Recognises ids and secrets, and what people write instead of them. Pure; each check raises ValueError that says what to write."""

import base64
import binascii
import re

_CHANNEL = re.compile(r"[CG][A-Z0-9]+")
_PERSON = re.compile(r"[UW][A-Z0-9]+")
_GROUP = re.compile(r"S[A-Z0-9]+")
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")
_HERE = re.compile(r"https?://(localhost|127\.[\d.]+|\[::1\])(:\d+)?(/|$)")


def channel(text: str) -> str:
    if not _CHANNEL.fullmatch(text):
        raise ValueError(
            f"“{text[:60]}” is no channel's id. Write it as in C0123456789 (names change, ids don't);"
            " it stands at the end of “View channel details”"
        )
    return text


def person(text: str) -> str:
    if not _PERSON.fullmatch(text):
        raise ValueError(
            f"“{text[:60]}” is no person's id. Write it as in U0123456789; “Copy member ID” in their profile gives it"
        )
    return text


def person_or_group(text: str) -> str:
    """Somebody who can be called: a person, or a group."""
    if not (_PERSON.fullmatch(text) or _GROUP.fullmatch(text)):
        raise ValueError(
            f"“{text[:60]}” is nobody's id. Write a person's (U0123456789) or a user group's (S0123456789)"
        )
    return text


def approver(text: str) -> str:
    if not _ADDRESS.fullmatch(text) and not (_PERSON.fullmatch(text) or _GROUP.fullmatch(text)):
        raise ValueError(
            f"“{text[:60]}” names nobody. Write a person's id (U0123456789), an e-mail address or a user group's id (S0123456789)"
        )
    return text


def mail_address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError(f"“{text[:60]}” is no e-mail address; write it as in audit@example.com")
    return text


def public_address(text: str) -> str:
    """Services outside deliver only to https; on this machine alone http will do."""
    if not re.match(r"https?://[^/\s]", text):
        raise ValueError("write an address, as in https://makegood.example.com")
    if text.startswith("http://") and not _HERE.match(text):
        raise ValueError("write https://, not http://: Slack, Trello and others deliver to nothing else")
    return text.rstrip("/")


def bot_token(text: str) -> str:
    if text.startswith("xapp-"):
        raise ValueError(
            "that is the app-level token (xapp-…), which belongs into SLACK_APP_TOKEN; are the two swapped?"
        )
    if not text.startswith(("xoxb-", "xoxe.xoxb-")):
        raise ValueError(
            "it must begin with xoxb-: the “Bot User OAuth Token” of your Slack app, under “OAuth & Permissions”"
        )
    return text


def app_token(text: str) -> str:
    if text.startswith("xox"):
        raise ValueError(
            "that is a bot's or a person's token, which belongs into SLACK_BOT_TOKEN; are the two swapped?"
        )
    if not text.startswith("xapp-"):
        raise ValueError("it must begin with xapp-: an “App-Level Token” of your Slack app, under “Basic Information”")
    return text


def signing_secret(text: str) -> str:
    if text.startswith(("xox", "xapp-")):
        raise ValueError("that is a token. Write the “Signing Secret”, under “Basic Information” of your Slack app")
    return text


def webhook_secret(text: str) -> str:
    """One of Standard Webhooks: the receiver's library takes it as it is."""
    prefix, key = text[:6], text[6:]
    try:
        length = len(base64.b64decode(key + "=" * (-len(key) % 4), validate=True)) if prefix == "whsec_" else 0
    except (binascii.Error, ValueError):
        length = 0
    if length not in range(24, 65):
        raise ValueError(
            "it must be whsec_ and 24 to 64 random bytes in base64; "
            "`echo whsec_$(openssl rand -base64 32)` makes one, and the receiver gets the same"
        )
    return text
