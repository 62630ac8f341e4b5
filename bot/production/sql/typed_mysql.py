"""How MySQL and MariaDB read a text that is put into a column, in strict mode: nothing is cut, clipped or guessed. Pure."""

import re
import struct
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from math import isfinite
from typing import Any
from uuid import UUID

from bot.production.sql.facts import ColumnFact
from bot.production.sql.typed_words import must_be_json, unfit

_SPEC = re.compile(
    r"^(?P<name>[a-z0-9]+)(\((?P<size>\d+)(,(?P<scale>\d+))?\)|\((?P<members>'.*')\))?(?P<more>.*)$", re.DOTALL
)
_MEMBER = re.compile(r"'((?:[^']|'')*)'")
_WHOLE = re.compile(r"^[+-]?[0-9]+$")
_NUMBER = re.compile(r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$")
_HEX = re.compile(r"^(?:0x([0-9a-fA-F]*)|[xX]'([0-9a-fA-F]*)')$")
_BITS = re.compile(r"^(?:0b([01]+)|[bB]'([01]+)')$")
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
_MOMENT = re.compile(rf"^({_DATE})(?:[ T]({_CLOCK}))?\s*(Z|[+-][0-9]{{2}}:?[0-9]{{2}})?$", re.IGNORECASE)
_SPAN = re.compile(r"^-?[0-9]{1,3}:[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?$")
_UUID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
_BYTES = {"tinyint": 1, "smallint": 2, "mediumint": 3, "int": 4, "bigint": 8}
_LONGEST = {
    "tinytext": 255,
    "text": 65535,
    "mediumtext": 2**24 - 1,
    "tinyblob": 255,
    "blob": 65535,
    "mediumblob": 2**24 - 1,
}
_CHARSETS = {"latin1": "cp1252", "ascii": "ascii", "latin2": "iso8859-2", "cp1250": "cp1250", "cp1251": "cp1251"}
_LONGEST_TIME = 838
_TIMESTAMPS = ("1970-01-01 00:00:01", "2038-01-19 03:14:07.999999")
_YEARS = range(1901, 2156)


class _Type:
    """A column's type, taken apart."""

    def __init__(self, fact: ColumnFact) -> None:
        found = _SPEC.match(fact.spec)
        self.name = found["name"] if found else fact.spec
        self.size = int(found["size"]) if found and found["size"] else None
        self.scale = int(found["scale"]) if found and found["scale"] else None
        self.members = tuple(m.replace("''", "'") for m in _MEMBER.findall(found["members"] or "")) if found else ()
        self.unsigned = bool(found) and "unsigned" in fact.spec
        self.charset = fact.reads.removeprefix(fact.spec).strip()


def read(fact: ColumnFact, text: str) -> Any:
    """Raises Invalid for what the column does not take."""
    if fact.reads == "json":
        must_be_json(fact, text)
        return text
    kind = _Type(fact)
    return _READERS[kind.name](fact, kind, text) if kind.name in _READERS else text


def _whole(fact: ColumnFact, kind: _Type, text: str) -> int:
    if not _WHOLE.match(text.strip()):
        raise unfit(fact, text, "Write a whole number.")
    bits, number = 8 * _BYTES[kind.name], int(text)
    least, most = (0, 2**bits - 1) if kind.unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    if not least <= number <= most:
        raise unfit(fact, text, f"It takes {least} to {most}.")
    return number


def _decimal(fact: ColumnFact, kind: _Type, text: str) -> Decimal:
    number = _rounded(Decimal(_numeric(fact, text)), kind.scale or 0)
    if abs(number) >= Decimal(10) ** ((kind.size or 10) - (kind.scale or 0)) or (kind.unsigned and number < 0):
        raise unfit(fact, text, "The number is too big for it." if number >= 0 else "It takes no such negative number.")
    return number


def _rounded(number: Decimal, scale: int) -> Decimal:
    with localcontext(prec=500, Emax=10**6, Emin=-(10**6)):
        return number.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)


def _numeric(fact: ColumnFact, text: str) -> str:
    plain = text.strip()
    if not _NUMBER.match(plain) or len(plain) > 400 or not isfinite(float(plain)):  # noqa: PLR2004 - more digits than any type has
        raise unfit(fact, text, "Write a number such as 12 or 12.5.")
    return plain


def _double(fact: ColumnFact, kind: _Type, text: str) -> float:
    number = float(_numeric(fact, text))
    if kind.scale is not None:
        number = float(_rounded(Decimal(text.strip()), kind.scale))
        if abs(number) >= 10 ** ((kind.size or 0) - kind.scale):
            raise unfit(fact, text, "The number is too big for it.")
    if kind.unsigned and number < 0:
        raise unfit(fact, text, "It takes no negative number.")
    return number


def _float(fact: ColumnFact, kind: _Type, text: str) -> float:
    """The nearest number of four bytes, which is what the column keeps."""
    try:
        return float(struct.unpack("f", struct.pack("f", _double(fact, kind, text)))[0])
    except OverflowError:
        raise unfit(fact, text, "The number is too big for it.") from None


def _year(fact: ColumnFact, kind: _Type, text: str) -> int:
    del kind
    if not _WHOLE.match(text.strip()) or len(text.strip()) != 4 or int(text) not in (0, *_YEARS):  # noqa: PLR2004 - digits of a year
        raise unfit(fact, text, "Write a year from 1901 to 2155, in four digits.")
    return int(text)


def _moment(fact: ColumnFact, kind: _Type, text: str) -> str:
    found = _MOMENT.match(text.strip())
    if found is None or not _in_calendar(found[1]):
        raise unfit(fact, text, "Write it as 2026-03-31 14:00:00.")
    day, clock, offset = found.groups()
    if clock and not _in_day(clock):
        raise unfit(fact, text, "Write it as 2026-03-31 14:00:00.")
    if offset:
        return _shifted(fact, kind, text, f"{day} {clock or '00:00'}{offset}")
    moment = f"{day} {clock}" if clock else day
    if kind.name == "timestamp":
        _in_range(fact, text, moment)
    return moment


def _shifted(fact: ColumnFact, kind: _Type, text: str, moment: str) -> str:
    """A TIMESTAMP is an instant, which the session reads and writes in UTC; a DATETIME is what a clock on some wall showed."""
    if kind.name != "timestamp":
        raise unfit(
            fact,
            text,
            "It keeps no offset from UTC. Write the moment without offset, as the column's other rows hold it.",
        )
    at = datetime.fromisoformat(moment.replace("z", "Z")).astimezone(UTC).replace(tzinfo=None)
    _in_range(fact, text, str(at))
    return str(at)


def _in_range(fact: ColumnFact, text: str, moment: str) -> None:
    if not moment.startswith("0000-00-00") and not _TIMESTAMPS[0] <= moment <= _TIMESTAMPS[1]:
        raise unfit(fact, text, "It takes moments from 1970 to 2038-01-19 03:14:07 (UTC).")


def _in_calendar(day: str) -> bool:
    """The zero date is one too, and so is a month without a day."""
    year, month, nth = map(int, day.split("-"))
    longest = monthrange(year or 4, month)[1] if 1 <= month <= 12 else 31 if month == 0 else -1  # noqa: PLR2004 - months
    return nth <= longest


def _in_day(clock: str) -> bool:
    hour, minute, *second = clock.split(":")
    return int(hour) < 24 and int(minute) < 60 and all(float(s) < 60 for s in second)  # noqa: PLR2004 - a clock's face


def _date(fact: ColumnFact, kind: _Type, text: str) -> str:
    del kind
    plain = text.strip()
    if not re.fullmatch(_DATE, plain) or not _in_calendar(plain):
        raise unfit(fact, text, "Write it as 2026-03-31.")
    return plain


def _time(fact: ColumnFact, kind: _Type, text: str) -> str:
    del kind
    plain = text.strip()
    if not _SPAN.match(plain) or int(plain.lstrip("-").split(":")[0]) > _LONGEST_TIME:
        raise unfit(fact, text, "Write it as 14:00:00; it takes up to 838:59:59.")
    return plain


def _letters(fact: ColumnFact, kind: _Type, text: str) -> str:
    """Blanks beyond the length are what the database itself lets go; of anything else nothing is cut."""
    if kind.name == "char":
        text = text.rstrip(" ")
    if kind.size is not None and len(text) > kind.size:
        if text[kind.size :].strip(" "):
            raise unfit(fact, text, f"It takes {kind.size} characters; this has {len(text)}.")
        text = text[: kind.size]
    if kind.size is None and len(text.encode()) > _LONGEST.get(kind.name, 2**31):
        raise unfit(fact, text, f"It takes {_LONGEST[kind.name]} bytes; this has {len(text.encode())}.")
    if lost := _unknown(kind.charset, text):
        raise unfit(fact, text, f"Its character set ({kind.charset}) has no “{lost}”.")
    return text


def _unknown(charset: str, text: str) -> str:
    if charset in ("utf8mb3", "utf8"):
        return next((c for c in text if ord(c) > 0xFFFF), "")  # noqa: PLR2004 - what three bytes can hold
    codec = _CHARSETS.get(charset)
    return next((c for c in text if codec and not c.encode(codec, "ignore")), "")


def _bytes(fact: ColumnFact, kind: _Type, text: str) -> bytes:
    """0x00ff or X'00ff'; where the length leaves no doubt, a UUID or bare digits; else the text's own bytes."""
    held, size = text.encode(), kind.size or _LONGEST.get(kind.name, 2**31)
    if found := _HEX.match(text):
        digits = found[1] if found[1] is not None else found[2]
        if len(digits) % 2:
            raise unfit(fact, text, "Bytes have two digits each: 0x00ff.")
        held = bytes.fromhex(digits)
    elif kind.size == 16 and _UUID.match(text):  # noqa: PLR2004 - a UUID's bytes
        held = bytes.fromhex(text.replace("-", ""))
    elif kind.name == "binary" and len(text) == 2 * size and re.fullmatch(r"[0-9a-fA-F]+", text):
        held = bytes.fromhex(text)
    if len(held) > size:
        raise unfit(fact, text, f"It takes {size} bytes; this has {len(held)}. Bytes are written as 0x00ff.")
    return held.ljust(size, b"\0") if kind.name == "binary" else held


def _bit(fact: ColumnFact, kind: _Type, text: str) -> int:
    plain = text.strip()
    found, hexed = _BITS.match(plain), _HEX.match(plain)
    if found:
        number = int(found[1] or found[2], 2)
    elif hexed:
        number = int(hexed[1] or hexed[2] or "0", 16)
    elif _WHOLE.match(plain):
        number = int(plain)
    else:
        raise unfit(fact, text, "Write a number, or its bits as b'101'.")
    if not 0 <= number < 2 ** (kind.size or 1):
        raise unfit(fact, text, f"It takes 0 to {2 ** (kind.size or 1) - 1}.")
    return number


def _enum(fact: ColumnFact, kind: _Type, text: str) -> str:
    return _member(fact, kind, text, text)


def _member(fact: ColumnFact, kind: _Type, text: str, one: str) -> str:
    plain = one.rstrip(" ")
    found: list[str] = [m for m in kind.members if m == plain] or [
        m for m in kind.members if m.casefold() == plain.casefold()
    ]
    if not found:
        raise unfit(fact, text, f"It takes: {', '.join(kind.members)}.")
    return found[0]


def _set(fact: ColumnFact, kind: _Type, text: str) -> str:
    """In the order of its type, as the database keeps it."""
    chosen = {_member(fact, kind, text, one) for one in text.split(",")} if text else set()
    return ",".join(m for m in kind.members if m in chosen)


def _uuid(fact: ColumnFact, kind: _Type, text: str) -> str:
    del kind
    try:
        return str(UUID(text.strip()))
    except ValueError:
        raise unfit(fact, text, "Write its 32 hexadecimal digits, with or without dashes.") from None


def _shape(fact: ColumnFact, kind: _Type, text: str) -> str:
    del kind
    raise unfit(fact, text, "Shapes can't be typed. Change it by hand.")


_READERS: Mapping[str, Callable[[ColumnFact, _Type, str], Any]] = {
    **dict.fromkeys(_BYTES, _whole),
    "decimal": _decimal,
    "double": _double,
    "float": _float,
    "year": _year,
    "date": _date,
    "time": _time,
    **dict.fromkeys(("datetime", "timestamp"), _moment),
    **dict.fromkeys(("char", "varchar", "tinytext", "text", "mediumtext", "longtext"), _letters),
    **dict.fromkeys(("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"), _bytes),
    "bit": _bit,
    "enum": _enum,
    "set": _set,
    "uuid": _uuid,
    **dict.fromkeys(("geometry", "point", "linestring", "polygon", "multipoint", "geometrycollection"), _shape),
}
