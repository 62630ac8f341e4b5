"""Finds what a trigger sets in the changed row, if its text shows that it does nothing else. Pure.

Only a few words pass. A trigger that says anything more may do anything.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

from bot.production.sql import stops
from bot.production.sql.facts import Trigger
from bot.production.sql.trigger_text import tokens_of

_SAFE = (
    "NULL TRUE FALSE AND OR NOT IS DISTINCT FROM AT TIME ZONE INTERVAL DAY HOUR MINUTE SECOND CURRENT_TIMESTAMP "
    "CURRENT_DATE LOCALTIMESTAMP NOW CLOCK_TIMESTAMP STATEMENT_TIMESTAMP TRANSACTION_TIMESTAMP SYSDATE "
    "UTC_TIMESTAMP UNIX_TIMESTAMP DATETIME STRFTIME UNIXEPOCH JULIANDAY COALESCE IFNULL NULLIF GREATEST LEAST LOWER "
    "UPPER TRIM CONCAT LENGTH ABS ROUND TO_TSVECTOR SETWEIGHT TIMEZONE EXTRACT EPOCH TG_OP INT INTEGER BIGINT TEXT "
    "TIMESTAMP TIMESTAMPTZ REGCONFIG VARCHAR NUMERIC"
)
_WORDS = frozenset(_SAFE.split())
_SIGNS = frozenset(("(", ")", ",", "+", "-", "*", "/", "||", "::", "=", "<", ">", "<=", ">=", "<>", "!=", "."))
_ROW, _BEFORE, _DELETE = 1, 2, 8
_EVENTS = {4: "INSERT", _DELETE: "DELETE", 16: "UPDATE"}
ALL = frozenset(_EVENTS.values())
_OF_ITS_OWN = ("tsvector_update_trigger", "moddatetime")
"""Functions of PostgreSQL and its extensions whose first argument names the only column that they set."""
_COPY = re.compile(r"\s*DECLARE\s+(\w+)\s+record\s*;\s*BEGIN\s+\1\s*:?=\s*NEW\s*;", re.IGNORECASE)
RULE, INSTEAD = "rule", "rule instead"
"""What stands in the place of a rule's language; the second: unconditional, and in place of the change itself."""


class _MoreThanThat(ValueError):
    """The text says something that is not a plain assignment to the row."""


def of_postgres(
    table: str, name: str, kind: int, language: str, function: str, text: str, arguments: str, sometimes: bool
) -> Trigger:
    """`sometimes`: it has a condition, or is only for some columns."""
    events = frozenset(event for bit, event in _EVENTS.items() if kind & bit) or ALL
    if language in (RULE, INSTEAD):
        why = stops.by_rule(table, name) if language == INSTEAD else ""
        return Trigger(table=table, name=name, events=events, sets=None, stops=why)
    plain = kind & _ROW and kind & _BEFORE and not kind & _DELETE
    text = _without_copy(text) if language == "plpgsql" else text
    sets: tuple[str, ...] | None = None
    if plain and language in ("internal", "c") and function in _OF_ITS_OWN:
        sets = (arguments.split("\\000", maxsplit=1)[0],)
    elif plain and language == "plpgsql":
        sets = _assigned(text, ends="RETURN NEW")
    always = language == "plpgsql" and not sometimes
    return Trigger(
        table=table,
        name=name,
        events=events,
        sets=sets,
        overwrites=_overwritten(text, ends="RETURN NEW") if always and sets else (),
        stops=stops.of_postgres(table, name, text, before_row=bool(kind & _ROW and kind & _BEFORE)) if always else "",
        late=not kind & _BEFORE,
    )


def of_mysql(table: str, name: str, event: str, timing: str, text: str) -> Trigger:
    plain = timing == "BEFORE" and event != "DELETE"
    sets = _assigned(text, ends="") if plain else None
    return Trigger(
        table=table,
        name=name,
        events=frozenset((event,)),
        sets=sets,
        overwrites=_overwritten(text, ends="") if sets else (),
        stops=stops.of_mysql(table, name, text),
        late=timing == "AFTER",
    )


def of_sqlite(table: str, name: str, text: str, keys: frozenset[frozenset[str]]) -> Trigger:
    """Its row is found again by one of `keys`."""
    tokens = list(tokens_of(text))
    upper = [piece.upper() for piece in tokens]
    events = ALL & set(upper[: upper.index("ON")]) if "ON" in upper else ALL
    try:
        made = _updated(tokens, table, keys) if "DELETE" not in events else None
        sets = None if made is None else tuple(_set(one) for one in made)
    except (_MoreThanThat, ValueError, IndexError):
        made = sets = None
    head = upper[: upper.index("BEGIN")] if "BEGIN" in upper else upper
    always = "WHEN" not in head and "OF" not in head
    # The update inside fires the table's other triggers.
    return Trigger(
        table=table,
        name=name,
        events=events or ALL,
        sets=sets,
        overwrites=tuple(_name(one[0]) for one in made or () if always and not _names_itself(one)),
        stops=stops.of_sqlite(table, name, text) if always else "",
        late="AFTER" in head,
    )


def _without_copy(text: str) -> str:
    """`DECLARE x record; BEGIN x := NEW; x.a = …; RETURN x; END`, as many tools write it, with NEW itself in the place of x."""
    found = _COPY.match(text)
    if found is None or re.search(r"\bNEW\b", text[found.end() :], re.IGNORECASE):
        return text
    return "BEGIN " + re.sub(rf"\b{found[1]}\b", "NEW", text[found.end() :], flags=re.IGNORECASE)


def _overwritten(text: str, ends: str) -> tuple[str, ...]:
    """Of plain assignments those that are made each time and don't look at what was to be written there."""
    found: list[str] = []
    with suppress(_MoreThanThat, IndexError):
        tokens = list(tokens_of(text))
        if ends or (tokens and tokens[0].upper() == "BEGIN"):
            tokens = _block(tokens)
        for part in (part for part in _split(tokens, ";") if part):
            said = _words(part)
            if said.startswith("IF "):  # what comes after it may be part of it
                break
            made = _split(part[1:] if part[0].upper() == "SET" else part, ",")
            own = [one for one in made if one and one[0].upper() == "NEW"]
            found += [_name(one[2]) for one in own if not _looks_at(one[4:], _name(one[2]))]
    return tuple(dict.fromkeys(found))


def _looks_at(part: Sequence[str], column: str) -> bool:
    rows = zip(part, part[2:], strict=False)
    return any(row.upper() == "NEW" and _name(name).casefold() == column.casefold() for row, name in rows)


def _assigned(text: str, ends: str) -> tuple[str, ...] | None:
    """Columns of NEW that a block of plain assignments sets."""
    tokens = list(tokens_of(text))
    try:
        if ends or (tokens and tokens[0].upper() == "BEGIN"):
            tokens = _block(tokens)
        statements = [part for part in _split(tokens, ";") if part]
        found = [name for part in statements for name in _statement(part, ends)]
        if ends and _words(statements[-1]) != ends:
            return None
    except (_MoreThanThat, IndexError):
        return None
    return tuple(dict.fromkeys(found))


def _statement(part: Sequence[str], ends: str) -> Iterator[str]:
    said = _words(part)
    if said in ("END IF", ends):
        return
    first = part[0].upper()
    if first in ("IF", "ELSIF", "ELSEIF"):
        then = [piece.upper() for piece in part].index("THEN") if "THEN" in said.split() else len(part)
        _plain(part[1:then])
        yield from _statement(part[then + 1 :], ends)
    elif first == "ELSE":
        yield from _statement(part[1:], ends)
    elif first == "SET":
        for one in _split(part[1:], ","):
            yield _assignment(one)
    else:
        yield _assignment(part)


def _assignment(part: Sequence[str]) -> str:
    if part[0].upper() != "NEW" or part[1] != "." or part[3] not in ("=", ":="):
        raise _MoreThanThat
    _plain(part[4:])
    return _name(part[2])


def _plain(part: Sequence[str]) -> None:
    """A value from the row, the clock and literals alone."""
    if not part:
        raise _MoreThanThat
    for nth, piece in enumerate(part):
        of_row = part[nth - 2 : nth - 1] and part[nth - 2].upper() in ("NEW", "OLD") and part[nth - 1] == "."
        row = piece.upper() in ("NEW", "OLD") and part[nth + 1 : nth + 2] == ["."]
        fine = piece.upper() in _WORDS or piece in _SIGNS or piece.isdigit() or piece.startswith("'")
        if not (fine or of_row or row):
            raise _MoreThanThat


def _names_itself(part: Sequence[str]) -> bool:
    return any(_name(piece).casefold() == _name(part[0]).casefold() for piece in part[2:])


def _updated(tokens: list[str], table: str, keys: frozenset[frozenset[str]]) -> list[list[str]]:
    """The assignments of `BEGIN UPDATE table SET a = …, b = … WHERE key = NEW.key; END`; of a key of several columns with AND."""
    body = _block(tokens[[piece.upper() for piece in tokens].index("BEGIN") :])
    (part,) = (part for part in _split(body, ";") if part)
    upper = [piece.upper() for piece in part]
    if upper[0] != "UPDATE" or _name(part[1]).casefold() != table.casefold() or upper[2] != "SET":
        raise _MoreThanThat
    where = upper.index("WHERE")
    pairs = _split(["AND" if piece.upper() == "AND" else piece for piece in part[where + 1 :]], "AND")
    if frozenset(_of_the_row(pair) for pair in pairs) not in keys:
        raise _MoreThanThat
    return _split(part[3:where], ",")


def _of_the_row(pair: Sequence[str]) -> str:
    """The column of `column = NEW.column`."""
    column, equals, row, dot, same = pair
    if equals != "=" or row.upper() not in ("NEW", "OLD") or dot != "." or _name(column) != _name(same):
        raise _MoreThanThat
    return _name(column).casefold()


def _set(part: Sequence[str]) -> str:
    if part[1] != "=":
        raise _MoreThanThat
    _plain([piece for piece in part[2:] if _name(piece) != _name(part[0])])
    return _name(part[0])


def _block(tokens: list[str]) -> list[str]:
    while tokens and tokens[-1] == ";":
        tokens = tokens[:-1]
    if tokens[0].upper() != "BEGIN" or tokens[-1].upper() != "END":
        raise _MoreThanThat
    return tokens[1:-1]


def _split(tokens: Sequence[str], sign: str) -> list[list[str]]:
    """At a sign that stands outside of brackets."""
    parts: list[list[str]] = [[]]
    depth = 0
    for piece in tokens:
        depth += (piece == "(") - (piece == ")")
        if piece == sign and depth == 0:
            parts.append([])
        else:
            parts[-1].append(piece)
    return parts


def _words(part: Sequence[str]) -> str:
    return " ".join(piece.upper() for piece in part)


def _name(piece: str) -> str:
    return piece[1:-1] if piece[0] in '"`' else piece
