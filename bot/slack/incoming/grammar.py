"""One grammar for slash commands and for `@makegood …` in a thread: a verb, a bug, and the rest."""

import re
from collections.abc import Mapping, Sequence

from bot.bug.errors import Refused
from bot.bug.fixes.reproduction import Seen, Where
from bot.bug.values import Frozen
from bot.bug.words import Code
from bot.slack.incoming import spelling

ALIASES = {
    "take": "take_over",
    "takeover": "take_over",
    "give": "hand",
    "works": "fixed",
    "done": "fixed",
    "owes": "debt",
    "owed": "debts",
    "merged": "paid",
    "told": "told_by_hand",
    "not-a-bug": "dismiss",
    "ls": "list",
    "catch-up": "catchup",
    "retry": "unpark",
    "?": "help",
    "": "help",
}
OWN_COMMAND = {"/fix": "fix", "/tell": "tell", "/retro": "retro"}
FIX_WORDS = {
    "list": "fix_list",
    "show": "fix_show",
    "freeze": "freeze",
    "thaw": "thaw",
    "undo": "undo",
    "approve": "approve",
    "probe": "probe",
}
FIX_WORDS |= {"reject": "reject", "cancel": "cancel", "look": "look", "allow": "allow"}
FIX_WORDS |= {"changes": "changes", "revise": "revise", "again": "ask_again", "hand": "hand_on"}
ESCAPED = frozenset({"/bug"})
"""Commands whose manifest says should_escape, so that @dana arrives as an id."""
TELL_WORDS = {"undo": "tell_undo", "back": "tell_back"}
RETRO_WORDS = {"week": "retro_week", "month": "retro_month", "story": "retro_story", "page": "postmortem"}
WORDS = {"/fix": FIX_WORDS, "/tell": TELL_WORDS, "/retro": RETRO_WORDS}
AS_IN = "As in: `/fix BUG-1 delete-row table=menus id=13 -- a bad row`."
RUN_DIGITS = 6
"""As many digits are the code of an authenticator app."""
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_MINUTES = re.compile(r"^(\d{1,5})\s*(?:(m|mins?|minutes?)|(h|hrs?|hours?)|(d|days?))?$")
_REPRODUCED = re.compile(
    r"(yes|no)\b(?: +(?:on +)?(production|prod|live|development|dev)\b)?(.*)", re.IGNORECASE | re.DOTALL
)
_CODE = re.compile(r"(\d{3} ?\d{3}|\d{4,8})(?!\S)(.*)", re.DOTALL)
_NAMED = re.compile(r"(?:<[^\s<>|]*\|)?(?:[^\w\s]|_)*BUG-(\d+)(?:[^\w\s]|_)*", re.IGNORECASE)
"""A bug as people write it: bold, as code, in brackets, with a colon behind, as a link."""
_DRESS = "*_~`\"'“”‘’„.,:;!"
"""What people put around a word, and what Slack's own bold, italic and code leave there."""
_MOST_DIGITS = 9
_NO_BUG = 10**_MOST_DIGITS - 1
_LINKED = re.compile(r"<((?:mailto:|tel:|https?://)[^\s<>|]+)\|([^<>|]+)>")
_WRAPPED = re.compile(r"<((?:mailto:)?([^\s<>|@#!][^\s<>|]*))(?:\|([^<>]*))?>")
_MAIL = re.compile(r"(?<![^\s<>|])([^\s<>|@]+@[^\s<>|@]+)")


class ParsedCommand(Frozen):
    verb: str
    bug: int | None
    rest: str


def typed(text: str) -> str:
    """What a person typed, from what Slack makes of it: addresses without their brackets, & < > as such, mentions as they are."""
    bare = _WRAPPED.sub(_bare, text)
    return bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def unlinked(text: str) -> str:
    """The same of a command that Slack hands on as it was typed: only addresses of which something on the way made links."""
    return _LINKED.sub(lambda found: found[2] if found[1].endswith(found[2]) else found[0], text)


def _bare(found: re.Match[str]) -> str:
    """What stood there before Slack made a link of it; of a link with words of its own the address."""
    whole, address_, label = found.groups()
    return label if label and whole.endswith(label) else address_.removeprefix("mailto:")


def example(verb: str) -> str:
    """How a verb is typed for a bug, such as `/fix approve BUG-1`."""
    for command, known in WORDS.items():
        if word := next((word for word, name in known.items() if name == verb), ""):
            return f"{command} {word} BUG-1"
    own = next((command for command, name in OWN_COMMAND.items() if name == verb), "")
    word = next((word for word, name in ALIASES.items() if name == verb), verb.replace("_", "-"))
    return f"{own or '/bug ' + word} BUG-1"


def parse(command: str, text: str, here: int | None = None) -> ParsedCommand:
    """`here` is the bug whose thread it was said in; a bug that is named wins."""
    text = spelling.head(text)
    words = text.split(maxsplit=1)
    if command in OWN_COMMAND:
        word = _word(words)
        if known := WORDS[command].get(word):
            return _with_bug(known, words[1] if len(words) > 1 else "", here)
        return _with_bug(OWN_COMMAND[command], text, here)
    if words and _NAMED.fullmatch(words[0]):  # "/bug BUG-1 claim" is understood as well
        rest = words[1].split(maxsplit=1) if len(words) > 1 else []
        text = " ".join([*(rest[:1] or ["show"]), words[0], *rest[1:]])
        words = text.split(maxsplit=1)
    verb = _word(words)
    rest_ = words[1] if len(words) > 1 else ""
    if command != "/bug" and "/" + verb in OWN_COMMAND:
        return parse("/" + verb, rest_, here)
    return _with_bug(ALIASES.get(verb, verb.replace("-", "_")), rest_, here)


def _word(words: Sequence[str]) -> str:
    """The first one, without what dresses it up: `*claim*`, "claim,"."""
    return words[0].strip(_DRESS).lower() if words else ""


def _with_bug(verb: str, rest: str, here: int | None) -> ParsedCommand:
    """The first word may be the bug; one further on ("merge BUG-2") belongs to the rest."""
    words = spelling.head(rest).split(maxsplit=1)
    named = _NAMED.fullmatch(words[0]) if words else None
    if not named or (verb == "merge" and len(words) == 1 and here):
        return ParsedCommand(verb=verb, bug=here, rest=rest.strip())
    return ParsedCommand(verb=verb, bug=_number(named[1]), rest=words[1] if len(words) > 1 else "")


def _number(digits: str) -> int:
    """Of more digits than any bug has: the number of one that is never there."""
    bare = digits.lstrip("0")
    return int(bare or "0") if len(bare) <= _MOST_DIGITS else _NO_BUG


def person(text: str) -> str:
    """The first mention. Raises Refused."""
    found = _PERSON.search(text)
    if not found:
        raise Refused("Name a person with an @, as in `/bug hand BUG-1 @dana`.")
    return found[1]


def without_person(text: str) -> str:
    """What stands beside the first mention."""
    return " ".join(_PERSON.sub(" ", text, count=1).split())


def minutes(text: str, example: str = "/bug estimate BUG-1 10m") -> int:
    """ "10m", "2h", "1d", "15". Raises Refused."""
    found = _MINUTES.match(text.strip().lower())
    if not found:
        raise Refused(f"Say it as in `{example}` (m, h or d).")
    return int(found[1]) * (60 if found[3] else 1440 if found[4] else 1)


def address(text: str, example: str = "/bug customer BUG-1 mia@example.com") -> str:
    """An e-mail address, also as Slack writes it (<mailto:…|…>). Raises Refused."""
    found = _MAIL.search(typed(text))
    if not found:
        raise Refused(f"Name an e-mail address, as in `{example}`.")
    return found[1]


def run(text: str) -> tuple[int | None, str]:
    """ "2 the wrong row": the number of a run that the words begin with, and the rest; None where they begin otherwise."""
    word, _, rest = text.strip().removeprefix("#").partition(" ")
    short = word.isascii() and word.isdecimal() and len(word) < RUN_DIGITS
    return (int(word), rest.strip()) if short else (None, text.strip())


def reproduced(text: str) -> tuple[Seen, Where, str]:
    """ "yes on development: twice": what was seen, where, and how. Raises Refused."""
    found = _REPRODUCED.match(text.strip())
    if not found:
        raise Refused("Say it as in `/bug reproduced BUG-1 yes on development`, with yes or no.")
    seen: Seen = "yes" if found[1].lower() == "yes" else "no"
    where: Where = "development" if (found[2] or "").lower().startswith("dev") else "production"
    return seen, where, spelling.said(found[3].lstrip(" :,"))


def code(text: str) -> tuple[str, str]:
    """ "123 456 -- only for this customer": the code of an authenticator app, and the word; each may be missing."""
    found = _CODE.match(text)
    return (found[1], spelling.said(found[2])) if found else ("", spelling.said(text))


def call(text: str) -> tuple[str, Mapping[str, str], str]:
    """ "delete-row table=menus id=13 -- why": action, parameters, reason. Raises Refused.

    `value=` says nothing, `value=''` is an empty text.
    """
    words, reason = spelling.words(text)
    if not words:
        return "", {}, reason
    if wrong := [word.name for word in words[1:] if word.value is None]:
        raise Refused(Code(wrong[0], 60), f" is not name=value. {AS_IN}")
    action, *given = words
    named = action.name.strip(_DRESS)
    told = [(spelling.name(word.name), word.value) for word in given if word.value is not None]
    names = [name.casefold() for name, _ in told]
    if twice := next((name for name, _ in told if names.count(name.casefold()) > 1), ""):
        raise Refused(Code(twice, 60), " stands there twice. Write it once; nothing was done.")
    return spelling.name(named), dict(told), reason
