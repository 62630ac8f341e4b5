"""Finds who wrote a mail: the whole address, and the person behind a form or a group."""

import re
from typing import NamedTuple

from bot.adapters.channels.common.headers import Headers, decoded, one_line, top


class Mailbox(NamedTuple):
    name: str
    email: str


LONGEST_ADDRESSES = 1_500
NOBODY = Mailbox("", "")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"(?!@)')
COMMENT = re.compile(r"\(([^()]*)\)")
ANGLE = re.compile(r"<\s*(?:mailto:)?([^<>\s]+@[^<>\s]+|\"[^\"<>]{1,64}\"@[^<>\s]+)\s*>")
PLAIN = re.compile(r"(?:\"[^\"<>]{1,64}\"|[^\s<>()\[\],;:\"'@]+)@[^\s<>()\[\],;:\"'@]+")
FIRST_OF_MANY = re.compile(r"\s*[^\s<>()\[\],;:\"'@]+@[^\s<>()\[\],;:\"'@]+\s*[,;]")
ROBOT = re.compile(
    r"(?:(?:do[-_.]?)?not?[-_.]?reply|ne[-_.]?pas[-_.]?repondre|nicht[-_.]?antworten|(?:web|online|contact)?[-_.]?forms?|"
    r"form[-_.]?(?:submissions?|responses?|mailer)|submissions?|notifications?|notify|mailer|wordpress|website|webform|"
    r"www(?:-data)?|apache|nginx|nobody|kontaktformular|formular(?:io)?|formulaire|contact[-_.]?form)(?:[-_.+].*)?",
    re.IGNORECASE,
)
"""Local parts under which forms and services send what a person wrote."""
VIA = re.compile(r"""^['"]?(.{1,200}?)['"]?\s(?:via|через|por medio de|über|par)\s.+$""", re.IGNORECASE)


def mailbox_of(value: str) -> Mailbox:
    """The first address of a header, whole, and the name beside it; commas in names count as letters."""
    quoted: list[str] = []

    def put_aside(found: re.Match[str]) -> str:
        quoted.append(found[1])
        return f"\x00{len(quoted) - 1}\x00"

    bare = QUOTED.sub(put_aside, value[:LONGEST_ADDRESSES])
    bare = re.sub(r"^[^<@,;]{0,200}:(?=.*;)", "", bare)
    angle = None if FIRST_OF_MANY.match(bare) else ANGLE.search(bare)
    if angle:
        return Mailbox(_name(bare[: angle.start()], quoted), _address(angle[1]))
    without = COMMENT.sub(" ", bare)
    if plain := PLAIN.search(without):
        comment = COMMENT.search(bare)
        return Mailbox(_name(comment[1] if comment else without[: plain.start()], quoted), _address(plain[0]))
    inside = next((found for each in quoted if (found := PLAIN.search(each))), None)
    return Mailbox(_name(bare, quoted), _address(inside[0]) if inside else "")


def _name(text: str, quoted: list[str]) -> str:
    whole = re.sub("\x00(\\d+)\x00", lambda found: re.sub(r"\\(.)", r"\1", quoted[int(found[1])]), text)
    return decoded(whole).strip(" ,;'\"<>")


def _address(text: str) -> str:
    return one_line(text).strip(".,;'")


def mailbox_in(headers: Headers, name: str) -> Mailbox:
    """By the topmost header of that name; where the whole of it is encoded, by what is in it."""
    value = top(headers, name)
    found = mailbox_of(value)
    return found if found.email or "=?" not in value else mailbox_of(decoded(value))


class Writer(NamedTuple):
    """`direct`: From names them. `us`: it is our own letter, or a copy of it. `house`: they write from our own domain."""

    name: str
    email: str
    direct: bool
    us: bool
    house: bool = False


def writer(headers: Headers, ours: str) -> Writer:
    """The writer: the person that From names, or the one behind a form, a group, or our own address."""
    sent = _sent(headers)
    own = mailbox_of(ours).email.casefold()
    us = bool(own) and sent.email.casefold() == own
    behind = _behind(headers, sent, own) if us or _stands_for_another(headers, sent, own) else NOBODY
    via = VIA.match(sent.name)
    if behind.email:
        return Writer(behind.name or (via[1] if via else ""), behind.email, direct=False, us=False)
    house = bool(own) and sent.email.casefold().rpartition("@")[2] == own.rpartition("@")[2]
    return Writer(sent.name, sent.email, direct=True, us=us, house=house)


def addresses(text: str) -> list[str]:
    """Every address in a text, in small letters."""
    return [_address(found).casefold() for found in PLAIN.findall(text)]


def _sent(headers: Headers) -> Mailbox:
    found = [mailbox_in(headers, name) for name in ("from", "sender", "reply-to", "return-path")]
    named = next((each for each in found if each.email), NOBODY)
    return named if named.email else next((each for each in found if each.name), NOBODY)


def _stands_for_another(headers: Headers, sent: Mailbox, own: str) -> bool:
    local, _, domain = sent.email.casefold().rpartition("@")
    house = bool(own) and domain == own.rpartition("@")[2]
    noted = "x-original-from" in headers or "x-original-sender" in headers
    return house or noted or bool(ROBOT.fullmatch(local) or VIA.match(sent.name))


def _behind(headers: Headers, sent: Mailbox, own: str) -> Mailbox:
    """The group's own note counts before Reply-To, which in a group may be the group."""
    known = {own, sent.email.casefold()} | {mailbox_of(each).email.casefold() for each in headers.get("to", ())}
    named = (mailbox_in(headers, name) for name in ("x-original-from", "reply-to", "x-original-sender"))
    return next((each for each in named if each.email and each.email.casefold() not in known), NOBODY)
