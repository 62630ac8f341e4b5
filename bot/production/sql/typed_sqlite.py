"""How SQLite reads a text that is put into a column: by the affinity of its declared type. Pure."""

import re
from datetime import date, datetime, time
from math import isfinite
from typing import Any

from bot.production.sql.facts import ColumnFact
from bot.production.sql.typed_words import must_be_json, unfit

_NUMBER = re.compile(r"^\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$")
_WHOLE = re.compile(r"^\s*[+-]?[0-9]+\s*$")
_BLOB = re.compile(r"^[xX]'((?:[0-9a-fA-F]{2})*)'$")
_TRUTH = {"true": 1, "yes": 1, "1": 1, "false": 0, "no": 0, "0": 0}
_MOMENTS = (datetime.fromisoformat, date.fromisoformat, time.fromisoformat)
_LARGEST = 2**63
_NUMBERS = ("NUM", "DEC", "MONEY", "FIXED")
"""In a declared type that SQLite reads as a number where it can: what else has no name for numbers may hold texts (UUID, INET)."""


def read(fact: ColumnFact, text: str) -> Any:
    """Raises Invalid for what is plainly of another type, which SQLite itself would take."""
    upper = fact.spec.upper()
    if "BOOL" in upper:
        return _truth(fact, text)
    if "JSON" in upper:
        must_be_json(fact, text)
    elif "DATE" in upper or "TIME" in upper:
        _must_be_moment(fact, text)
    kind = affinity_of(upper)
    if kind == "text":
        return text
    if kind == "blob":
        found = _BLOB.match(text)
        return bytes.fromhex(found[1]) if found else text
    return _number(fact, text, kind, strict=kind != "numeric" or any(word in upper for word in _NUMBERS))


def affinity_of(upper: str) -> str:
    """ "integer", "text", "blob", "real" or "numeric", by SQLite's own rules in their order."""
    rules = (
        ("integer", ("INT",)),
        ("text", ("CHAR", "CLOB", "TEXT")),
        ("blob", ("BLOB",)),
        ("real", ("REAL", "FLOA", "DOUB")),
    )
    found = next((kind for kind, signs in rules if any(sign in upper for sign in signs)), "numeric")
    return found if upper.strip() else "blob"


def _truth(fact: ColumnFact, text: str) -> int:
    if text.strip().lower() not in _TRUTH:
        raise unfit(fact, text, "Write true or false.")
    return _TRUTH[text.strip().lower()]


def _must_be_moment(fact: ColumnFact, text: str) -> None:
    """A number is one too: seconds, or a Julian day."""
    if not _NUMBER.match(text) and not any(_reads(read_, text) for read_ in _MOMENTS):
        raise unfit(fact, text, "Write it as 2026-03-31 or 2026-03-31 14:00:00.")


def _reads(reader: Any, text: str) -> bool:
    try:
        reader(text)
    except ValueError:
        return False
    return True


def _number(fact: ColumnFact, text: str, kind: str, *, strict: bool) -> Any:
    if not _NUMBER.match(text):
        if strict:
            raise unfit(fact, text, "Write a number such as 12 or 12.5.")
        return text
    if _WHOLE.match(text) and kind != "real":
        return _whole(fact, text, int(text))
    real = float(text) + 0.0  # SQLite keeps no negative zero
    if not isfinite(real):
        raise unfit(fact, text, "The number is too big.")
    if kind == "real" or not real.is_integer():
        return real
    if abs(real) < _LARGEST:
        return int(real)
    return _whole(fact, text, int(real)) if kind == "integer" else real


def _whole(fact: ColumnFact, text: str, number: int) -> int:
    if -_LARGEST <= number < _LARGEST:
        return number
    raise unfit(
        fact, text, "SQLite keeps whole numbers up to 9223372036854775807; a bigger one would lose its last digits."
    )
