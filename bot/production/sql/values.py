"""Reads cells so that nothing is lost, on each kind of database. Pure."""

import re
import struct
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine, UserDefinedType

Raw = Any
"""A value as the driver gives it: on PostgreSQL its text, elsewhere None, bool, int, float, Decimal, str, bytes or a date."""

_MY_TYPES = re.compile(
    r"(?P<name>decimal|datetime|date|timestamp|time|float|json)(?![a-z])(\((?P<size>\d+)(,(?P<scale>\d+))?\))?"
)
_LONGEST = 64
"""Bytes that are shown of one value."""


class Spec(UserDefinedType[Any]):
    """A PostgreSQL type by the name the database itself gave it."""

    cache_ok = True

    def __init__(self, spec: str) -> None:
        self.spec = spec

    def get_col_spec(self, **_: Any) -> str:
        return self.spec


class Plain(TypeEngine[Any]):
    """A value handed to the driver and back as it is; unlike SQLAlchemy’s NullType, a column's own type does not replace it."""

    cache_ok = True


class Bytes(TypeEngine[Any]):
    """Bytes as hexadecimal digits: aiomysql can't hand over bytes with PyMySQL 1.2."""

    cache_ok = True

    def bind_expression(self, bindvalue: sa.BindParameter[Any]) -> sa.ColumnElement[Any]:
        return sa.func.unhex(sa.type_coerce(bindvalue, PLAIN))


TEXT = sa.Text()
PLAIN = Plain()
"""One of each: SQLAlchemy remembers by the object how a dialect treats a type."""


@lru_cache(maxsize=256)
def spec_type(spec: str) -> Spec:
    return Spec(spec)


def reading(column: sa.ColumnElement[Any], spec: str, database: str) -> sa.ColumnElement[Raw]:
    """A stored cell. PostgreSQL has a lossless text form for every type; MySQL rounds floats and its driver shifts times."""
    if database == "postgresql":
        return sa.cast(column, TEXT)
    kind = _mysql(spec) if database == "mysql" else None
    if database == "mysql" and spec.startswith("bit("):
        return sa.type_coerce(sa.cast(column, mysql.INTEGER(unsigned=True)), PLAIN)
    if isinstance(kind, mysql.DOUBLE):
        return sa.type_coerce(sa.cast(column, kind), PLAIN)
    if kind is not None and not isinstance(kind, mysql.DECIMAL):
        return sa.type_coerce(sa.cast(column, mysql.CHAR()), PLAIN)
    return sa.type_coerce(column, PLAIN)


def becoming(expression: sa.ColumnElement[Any], spec: str, database: str) -> sa.ColumnElement[Raw]:
    """What such a cell would hold after being set to the expression."""
    if database == "postgresql":
        return sa.cast(sa.cast(expression, spec_type(spec)), TEXT)
    kind = _mysql(spec) if database == "mysql" else None
    if database == "mysql" and spec.startswith("inet"):
        return sa.func.inet6_ntoa(sa.func.inet6_aton(expression), type_=PLAIN)
    if kind is None:
        return sa.func.nullif(expression, sa.null(), type_=PLAIN)  # the plain value: no conversion back to Python
    return reading(sa.cast(expression, kind), spec, database)


def shown(raw: Raw, spec: str, database: str) -> str | None:
    """A raw value as its database prints it, and as it can be typed again."""
    if raw is None:
        return None
    if isinstance(raw, bytes | bytearray | memoryview):
        return shown_bytes(bytes(raw))
    return _mysql_text(raw, spec) if database == "mysql" else str(raw)


def _mysql_text(raw: Raw, spec: str) -> str:
    if spec.startswith("bit("):
        return f"b'{int(raw):b}'"
    if spec.startswith("float"):
        return _of_four_bytes(float(raw))
    if spec.startswith("year"):
        return f"{raw:04}"
    return repr(raw).removesuffix(".0").replace("e+", "e") if isinstance(raw, float) else str(raw)


def shown_bytes(raw: bytes) -> str:
    more = f"… ({len(raw)} bytes)" if len(raw) > _LONGEST else ""
    return f"X'{raw[:_LONGEST].hex()}'{more}"


def _of_four_bytes(number: float) -> str:
    """In as few digits as tell it apart from every other number of four bytes."""
    held = struct.pack("f", number)
    texts = (f"{number:.{digits}g}" for digits in range(6, 10))
    return next((text for text in texts if struct.pack("f", float(text)) == held), str(number))


def _mysql(spec: str) -> TypeEngine[Any] | None:
    """The type to CAST to, for those types that need it."""
    found = _MY_TYPES.match(spec)
    if found is None:
        return None
    size, scale = (int(part) if part else None for part in found.group("size", "scale"))
    kinds: dict[str, TypeEngine[Any]] = {
        "decimal": mysql.DECIMAL(size, scale),
        "float": mysql.DOUBLE(),
        "date": sa.Date(),
        "json": mysql.JSON(),
        "time": mysql.TIME(fsp=size),
    }
    return kinds.get(found["name"]) or mysql.DATETIME(fsp=size)
