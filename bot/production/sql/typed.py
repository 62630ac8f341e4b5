"""What a person typed, as a value for a column: read by the database itself where it can be, else here as the database reads it. Pure."""

import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import elements, visitors

from bot.bug.errors import Invalid
from bot.production.sql import typed_mysql, typed_sqlite
from bot.production.sql.facts import ColumnFact
from bot.production.sql.values import PLAIN, TEXT, Bytes, Spec, spec_type

_READERS = {"mysql": typed_mysql.read, "sqlite": typed_sqlite.read}
_WORDS = re.compile(r"\b(now|today|tomorrow|yesterday|allballs)\b", re.IGNORECASE)
_LETTERS = re.compile(
    r'^(text|character varying|bpchar|"char"|name|citext|jsonb?|jsonpath|xml|ts(vector|query)|bytea)(\[\])*$'
)
_BUILT_IN = re.compile(
    r"^(smallint|integer|bigint|oid|numeric|real|double precision|money|boolean|uuid|inet|cidr|macaddr8?|interval|bit varying|\"bit\""
    r"|int[48](multi)?range|num(multi)?range|point|line|lseg|box|path|polygon|circle|reg\w+|pg_\w+)(\[\])*$"
)
_OFFSET = re.compile(r"\d:\d\d(:\d\d(\.\d+)?)?\s*(Z|[+-]\d\d?(:?\d\d)?)\s*$", re.IGNORECASE)
_EXAMPLES = (
    (("smallint", "integer", "bigint", "oid"), "Write a whole number that is not too big."),
    (("numeric", "real", "double"), "Write a number such as 12.5."),
    (("boolean",), "Write true or false."),
    (("json",), 'JSON looks like {"a": 1}, with double quotes.'),
    (("uuid",), "Write its 32 hexadecimal digits, with or without dashes."),
    (("timestamp",), "Write it as 2026-03-31 14:00:00."),
    (("daterange", "tsrange", "tstzrange"), "Write a range such as [2026-01-01,2026-02-01)."),
    (("date",), "Write it as 2026-03-31."),
    (("time",), "Write it as 14:00:00."),
    (("interval",), "Write a span such as 1 day 02:00:00."),
    (("int4range", "int8range", "numrange"), "Write a range such as [1,5)."),
    (("bytea",), "Write bytes as \\x00ff."),
    (('"bit"', "bit"), "Write bits such as 0110, as many as it has."),
)
_CUT = re.compile(r'^(character varying|bpchar|"bit"|bit varying)(\[\])*$')


def typed(fact: ColumnFact, text: str, database: str) -> sa.ColumnElement[Any]:
    """Raises Invalid with a sentence for whoever typed it."""
    _must_be_text(fact, text)
    if database in _READERS:
        value = _READERS[database](fact, text)
        kind = Bytes() if database == "mysql" and isinstance(value, bytes) else PLAIN
        return sa.bindparam(fact.name, value.hex() if kind is not PLAIN else value, type_=kind, unique=True)
    _must_stand_still(fact, text)
    return sa.cast(sa.bindparam(fact.name, text, type_=TEXT, unique=True), spec_type(fact.reads))


def handed(expression: Any) -> elements.BindParameter[Any] | None:
    """The plain value behind an expression that is nothing more: a typed text, or one that an action hands over."""
    if isinstance(expression, elements.Cast) and isinstance(expression.type, Spec):
        expression = expression.clause
    return expression if isinstance(expression, elements.BindParameter) else None


def typed_in(statement: Any, schema: Any) -> Iterator[tuple[ColumnFact, elements.Cast[Any]]]:
    """The typed values of a statement that the database itself reads, with the columns that they are for."""
    for node in visitors.iterate(statement):
        if not isinstance(node, elements.Cast) or not isinstance(node.type, Spec) or (value := handed(node)) is None:
            continue
        name = value._orig_key  # noqa: SLF001 - its own name has a number for each use
        of_type = [fact for fact in schema.facts.columns if fact.reads == node.type.spec]
        yield next((fact for fact in of_type if fact.name == name), of_type[0]), node


def example(reads: str) -> str:
    """What a text of this type looks like."""
    if reads.endswith("[]"):
        return "Write a list such as {1,2}, and a text with commas in it in double quotes."
    return next((said for sign, said in _EXAMPLES if reads.startswith(sign)), "")


def may_be_cut(fact: ColumnFact) -> bool:
    """PostgreSQL: a cast shortens what the column itself does not take."""
    return fact.spec != fact.reads and bool(_CUT.match(fact.reads))


def _must_be_text(fact: ColumnFact, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Invalid(f"What is typed for {fact.name} holds half a character. Type it anew.") from None
    if "\0" in text:
        raise Invalid(f"What is typed for {fact.name} holds a zero character, which no database takes in a text.")


def _must_stand_still(fact: ColumnFact, text: str) -> None:
    """What is approved has to be what runs; and an offset that the column does not keep must not be lost."""
    if _LETTERS.match(fact.reads) or _BUILT_IN.match(fact.reads):
        return
    if found := _WORDS.search(text):
        raise Invalid(
            f"“{found[0]}” in {fact.name} would be another moment when it runs than in the preview. Write the date or time itself."
        )
    naive = fact.reads.startswith(("timestamp without", "time without"))
    if naive and _OFFSET.search(text):
        raise Invalid(offset_lost(fact, text))


def offset_lost(fact: ColumnFact, text: str) -> str:
    return (
        f"“{text}” has an offset from UTC, and {fact.name} ({fact.spec}) keeps none, so the hour could be wrong. "
        "Write the moment without offset, as the column's other rows hold it."
    )
