"""MariaDB's row binlog: a witness of what was committed, beside the dumps.

InnoDB carries out ON DELETE CASCADE and SET NULL below that log, which says nothing of the rows that go or are emptied with others;
of them the dumps alone tell. Everything else has to stand in it, row by row.
"""

import ctypes
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from socket import AF_INET, AF_INET6, inet_ntop
from typing import Any
from uuid import UUID

import pymysql
from pymysqlreplication import BinLogStreamReader
from pymysqlreplication.row_event import DeleteRowsEvent, UpdateRowsEvent, WriteRowsEvent

from tests.support import mariadb
from tests.support.dump import Dump, Row
from tests.support.witness import Agrees, net

_COLUMNS = """
SELECT table_name, column_name, data_type, COALESCE(datetime_precision, 0), COALESCE(character_maximum_length, 0)
FROM information_schema.columns WHERE table_schema = %s"""
_FOLLOWING = """
SELECT table_name, MAX(delete_rule = 'SET NULL') FROM information_schema.referential_constraints
WHERE constraint_schema = %s AND delete_rule IN ('CASCADE', 'SET NULL') GROUP BY table_name"""
_NO_DATE = re.compile(r"^0000|-00\b")
_NONE: Mapping[str, str | None] = {"date": None, "datetime": None, "timestamp": "1970-01-01 00:00:00"}
_NUMBERS = iter(range(1_000, 2**31))
"""Each reader is a replica of its own."""


@dataclass(frozen=True, kw_only=True)
class _Column:
    kind: str
    fraction: int
    """Digits behind the second."""
    length: int


Columns = Mapping[tuple[str, str], _Column]


@contextmanager
def of_mariadb(port: int, database: str) -> Iterator[Agrees]:
    with mariadb.connected(port) as conn:
        following = dict(_rows(conn, _FOLLOWING, (database,)))
        columns = {
            (table, name): _Column(kind=kind, fraction=int(fraction), length=int(length))
            for table, name, kind, fraction, length in _rows(conn, _COLUMNS, (database,))
        }
        mariadb.execute(conn, "FLUSH BINARY LOGS")  # a file of its own, so that nothing else has to be read
        at = [_end(conn)]

        def agrees(first: Dump, second: Dump) -> None:
            came, went = net(_changes(port, database, columns, at[0]))
            at[0] = _end(conn)
            first, second = (_told(dump, columns) for dump in (first, second))
            emptied = {table for table, empties in following.items() if empties}
            _same("come", came, second - first, emptied, emptied)
            _same("gone", went, first - second, set(following), emptied)

        yield agrees


def _told(dump: Dump, columns: Columns) -> Dump:
    """As the reader of the log has it: a date that is none (0000-00-00) is NULL there, and a timestamp that is none the first one."""
    found = Dump()
    for (table, cells), count in dump.items():
        found[table, tuple((n, _read(columns[table, n].kind, text)) for n, text in cells)] += count
    return found


def _read(kind: str, text: str | None) -> str | None:
    if text is None or kind not in _NONE or not _NO_DATE.search(text):
        return text
    return _NONE[kind]


def _same(what: str, logged: Dump, dumped: Dump, silent: set[str], emptied: set[str]) -> None:
    """`silent`: tables of which the log may leave out rows. One that was `emptied` in silence is in the log as it was by then."""
    unseen = [row for row in (logged - dumped).elements() if row[0] not in emptied]
    assert not unseen, f"by the binlog {what}, but not by the dumps: {unseen}"
    unsaid = [row for row in (dumped - logged).elements() if row[0] not in silent]
    assert not unsaid, f"by the dumps {what}, but not by the binlog: {unsaid}"


def _end(conn: Any) -> tuple[str, int]:
    [(file, position, *_)] = _rows(conn, "SHOW MASTER STATUS")
    return str(file), int(position)


def _rows(conn: Any, query: str, values: tuple[str, ...] = ()) -> list[tuple[Any, ...]]:
    with conn.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _changes(port: int, database: str, columns: Columns, start: tuple[str, int]) -> Iterator[tuple[int, Row]]:
    reader = BinLogStreamReader(
        connection_settings={"host": "127.0.0.1", "port": port, "user": "root", "password": ""},
        server_id=next(_NUMBERS),
        pymysql_wrapper=_connected,
        log_file=start[0],
        log_pos=start[1],
        resume_stream=True,
        only_schemas=[database],
        only_events=[WriteRowsEvent, UpdateRowsEvent, DeleteRowsEvent],
    )
    with closing(reader):
        for event in reader:
            for row in event.rows:
                for sign, field in ((-1, "before_values"), (1, "after_values"), (_sign(event), "values")):
                    if field in row:
                        yield sign, _row(event.table, row[field], columns)


def _connected(db: str | None = None, **how: Any) -> Any:
    """The reader still calls the database as older drivers did."""
    return pymysql.connect(database=db, ssl_disabled=True, **how)


def _sign(event: Any) -> int:
    return -1 if isinstance(event, DeleteRowsEvent) else 1


def _row(table: str, values: Mapping[str, Any], columns: Columns) -> Row:
    cells = ((name, None if value is None else _text(columns[table, name], value)) for name, value in values.items())
    return table, tuple(sorted(cells))


def _text(column: _Column, value: Any) -> str:
    """As the server itself prints it, bytes and bits in hexadecimal digits."""
    if column.kind in _WAYS:
        return _WAYS[column.kind](column, value)
    return value.decode() if isinstance(value, bytes) else str(value)


def _time(column: _Column, value: timedelta) -> str:
    seconds, micros = divmod(abs(value) // timedelta(microseconds=1), 1_000_000)
    sign = "-" if value < timedelta(0) else ""
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{_fraction(column, micros)}"


def _moment(column: _Column, value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S}{_fraction(column, value.microsecond)}"


def _fraction(column: _Column, micros: int) -> str:
    return f".{micros:06}"[: 1 + column.fraction] if column.fraction else ""


def _float(_column: _Column, value: float) -> str:
    """Four bytes, in as few digits as tell it apart."""
    texts = (f"{value:.{digits}g}" for digits in range(6, 18))
    return _plain(next(text for text in texts if ctypes.c_float(float(text)).value == value))


def _plain(text: str) -> str:
    return text.replace("e+", "e").removesuffix(".0")


def _hex(column: _Column, value: bytes | str) -> str:
    return _raw(value, column.length if column.kind == "binary" else 0).hex().upper()


def _raw(value: bytes | str, length: int) -> bytes:
    """The reader takes bytes for a text where they read as one, and leaves out the zeros at their end."""
    return (value.encode() if isinstance(value, str) else value).ljust(length, b"\0")


def _set(_column: _Column, value: set[str]) -> str:
    return ",".join(sorted(value))


_WAYS: Mapping[str, Callable[[_Column, Any], str]] = {
    **dict.fromkeys(("binary", "varbinary", "blob"), _hex),
    **dict.fromkeys(("datetime", "timestamp"), _moment),
    "bit": lambda _, value: f"{int(value, 2):X}",
    "date": lambda _, value: value.isoformat() if isinstance(value, date) else str(value),
    "decimal": lambda _, value: f"{value:f}",
    "double": lambda _, value: _plain(repr(value)),
    "float": _float,
    "set": _set,
    "time": _time,
    "inet4": lambda _, value: inet_ntop(AF_INET, _raw(value, 4)),
    "inet6": lambda _, value: inet_ntop(AF_INET6, _raw(value, 16)),
    "uuid": lambda _, value: str(UUID(bytes=_raw(value, 16))),
}
