"""The short way to SQLite's driver does what SQLAlchemy does: the same statements by both, on two files that begin alike."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from sqlalchemy import Select, and_, bindparam, delete, func, select, text, tuple_, update
from sqlalchemy.exc import IntegrityError, OperationalError, ResourceClosedError, StatementError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ledger.db import kept
from bot.ledger.db.engine import Database
from bot.ledger.db.sequences import insert_of
from bot.ledger.db.tables import bugs, counters, cursors, inbox
from tests.support.stores import Store

pytestmark = pytest.mark.parametrize("where", ["sqlite"], indirect=True)

_COUNTER = {"team": "T1", "name": "a"}
_NEW = insert_of("sqlite", counters)
_NEXT = _NEW.on_conflict_do_update(
    index_elements=["team", "name"], set_={"value": counters.c.value + _NEW.excluded.value}
).returning(counters.c.value)
_SET = (
    update(counters)
    .where(counters.c.team == bindparam("of"), counters.c.name != "z")
    .values(value=counters.c.value + 1, name=counters.c.name + "!")
)
_STORE = insert_of("sqlite", inbox).on_conflict_do_nothing().returning(inbox.c.key)
_LISTED = (
    select(inbox.c.key, inbox.c.at)
    .where(inbox.c.key.in_(bindparam("keys", expanding=True)), inbox.c.team == bindparam("team"))
    .order_by(inbox.c.key)
)
_ROWS = (
    update(inbox)
    .where(tuple_(inbox.c.key, inbox.c.source).in_(bindparam("rows", expanding=True)))
    .values(note=bindparam("note"))
    .returning(inbox.c.key)
)
_FIXED = select(inbox.c.key).where(inbox.c.state.in_(["new", "dead"]), inbox.c.attempts < 9).order_by(inbox.c.key)
_JOINED = (
    select(inbox, cursors.c.sink.label("served"))
    .select_from(inbox.outerjoin(cursors, and_(cursors.c.team == inbox.c.team, cursors.c.bug == inbox.c.attempts)))
    .order_by(inbox.c.key)
    .limit(bindparam("most"))
    .offset(bindparam("past"))
)
_WRITTEN_OUT = (
    select(inbox.c.key).where(inbox.c.state == bindparam("state", literal_execute=True)).order_by(inbox.c.key)
)
_COUNTED = select(func.count().label("how_many"), func.min(inbox.c.at)).select_from(inbox)
_TEXT = text("SELECT key AS k FROM inbox WHERE team = :team ORDER BY key")


def _item(key: str, at: float = 1) -> dict[str, Any]:
    mine = {"team": "T1", "key": key, "source": "s", "body": "{}", "state": "new", "attempts": 0, "note": ""}
    return mine | {"at": at, "due": at}


STEPS: Sequence[tuple[str, Any, Any]] = (
    ("an upsert", _NEXT, _COUNTER | {"value": 1}),
    ("an upsert again", _NEXT, _COUNTER | {"value": 5}),
    ("an insert of less", counters.insert(), _COUNTER | {"name": "b", "value": 2}),
    ("several rows", counters.insert(), [{"team": "T2", "name": n, "value": 1} for n in "cde"]),
    ("an update", _SET, {"of": "T2"}),
    ("an update of nothing", _SET, {"of": "T9"}),
    ("an update with more columns", _SET, {"of": "T1", "team": "T3"}),
    ("whole numbers in a float's place", _STORE, _item("k1")),
    ("a key that is there", _STORE, _item("k1", 2.5)),
    ("several that give back", _STORE, [_item(f"m{n}") for n in range(3)]),
    ("an IN list", _LISTED, {"team": "T1", "keys": ["k1", "m1"]}),
    ("an empty IN list", _LISTED, {"team": "T1", "keys": []}),
    ("a long IN list", _LISTED, {"team": "T1", "keys": [f"m{n}" for n in range(kept.LONGEST + 1)]}),
    ("a list of rows", _ROWS, {"rows": [("k1", "s"), ("m1", "s")], "note": "both"}),
    ("a list of one row", _ROWS, {"rows": [("k1", "s")], "note": "one"}),
    ("no rows at all", _ROWS, {"rows": [], "note": "none"}),
    ("a list in the statement", _FIXED, {}),
    ("nothing given at all", _FIXED, None),
    ("a join with a page", _JOINED, {"most": 2, "past": 1}),
    ("a value that is written into the text", _WRITTEN_OUT, {"state": "new"}),
    ("an aggregate", _COUNTED, {}),
    ("a text", _TEXT, {"team": "T1"}),
    ("a delete", delete(inbox).where(inbox.c.key == bindparam("k")), {"k": "m2"}),
)


async def _play(engine: AsyncEngine, rounds: int = 3) -> list[Any]:
    """What each step gave, each time; every round finds what the one before left."""
    said: list[Any] = []
    for _ in range(rounds):
        for name, statement, parameters in STEPS:
            async with engine.begin() as conn:
                said.append((name, await _told(conn, statement, parameters)))
    return said


async def _told(conn: Any, statement: Any, parameters: Any) -> Any:
    try:
        result = await conn.execute(statement, parameters)
    except IntegrityError as error:
        return type(error), str(error.orig)
    if isinstance(statement, Select) or statement in {_NEXT, _STORE, _TEXT, _ROWS}:
        return [(tuple(row), dict(row._mapping)) for row in result]
    return result.rowcount


async def test_rows_counts_errors_and_what_stays_are_the_same(store: Store, tmp_path: Path) -> None:
    path = store.url.partition(":///")[2]
    other = Database(f"sqlite+aiosqlite:///{copy(path, tmp_path / 'other.db')}")
    ours = store.database()
    try:
        plain = AsyncEngine(other.engine.sync_engine)
        assert await _play(ours.engine) == await _play(plain)
        for table in (counters, inbox):
            async with ours.engine.connect() as mine, plain.connect() as theirs:
                every = select(table).order_by(*table.primary_key)
                assert (await mine.execute(every)).all() == (await theirs.execute(every)).all()
    finally:
        await other.close()


async def test_what_is_run_a_second_time_goes_the_short_way(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    short: list[str] = []
    run = kept.Kept.run

    def seen(self: kept.Kept, *args: Any) -> Any:
        short.append(self.text)
        return run(self, *args)

    monkeypatch.setattr(kept.Kept, "run", seen)
    query = select(bugs.c.state).where(bugs.c.team == bindparam("team"))
    db = store.database()
    for _ in range(3):
        async with db.read() as conn:
            assert (await conn.execute(query, {"team": "T"})).scalar() is None
    assert len(short) == 2


Get = Callable[[Any], Any]
_GETS: Mapping[str, Get] = {
    "all": lambda result: result.all(),
    "first": lambda result: result.first(),
    "one": lambda result: result.one(),
    "scalar": lambda result: result.scalar(),
    "scalar_one": lambda result: result.scalar_one(),
    "scalars": lambda result: result.scalars().all(),
    "mappings": lambda result: [dict(row) for row in result.mappings()],
    "attributes": lambda result: [(row.name, row.value) for row in result],
    "unpacked": lambda result: [name for name, _ in result],
}


@pytest.mark.parametrize("get", _GETS.values(), ids=list(_GETS))
async def test_results_are_read_as_ever(store: Store, get: Get) -> None:
    query = select(counters.c.name, counters.c.value).where(counters.c.team == bindparam("team"))
    db = store.database()
    async with db.write() as conn:
        await conn.execute(counters.insert(), {"team": "T", "name": "n", "value": 7})
        said = [get(await conn.execute(query, {"team": "T"})) for _ in range(3)]
    assert said[0] == said[1] == said[2]
    assert said[0]


async def test_an_error_is_sqlalchemys_and_tells_nothing_of_what_was_sent(store: Store) -> None:
    add, db = counters.insert(), store.database()
    for _ in range(3):
        async with db.write() as conn:
            await conn.execute(add, {"team": "T", "name": "a secret", "value": 1})
            with pytest.raises(IntegrityError) as met:
                await conn.execute(add, {"team": "T", "name": "a secret", "value": 1})
            await conn.execute(delete(counters))
        assert "a secret" not in str(met.value)
        assert not met.value.connection_invalidated
    async with db.read() as conn:
        assert (await conn.execute(select(counters.c.name))).all() == []


async def test_a_file_without_its_table_says_so_in_the_same_class(store: Store) -> None:
    query, db = select(counters.c.name), store.database()
    async with db.write() as conn:
        [await conn.execute(query) for _ in range(2)]
        await conn.execute(text("DROP TABLE counters"))
        with pytest.raises(OperationalError):
            await conn.execute(query)


async def test_what_is_missing_is_said_by_sqlalchemy(store: Store) -> None:
    query, db = select(counters.c.name).where(counters.c.team == bindparam("team")), store.database()
    async with db.read() as conn:
        await conn.execute(query, {"team": "T"})
        for _ in range(2):
            with pytest.raises(StatementError, match="value is required"):
                await conn.execute(query, {})


async def test_a_connection_that_was_given_back_runs_nothing_more(store: Store) -> None:
    query, db = select(counters.c.name), store.database()
    async with db.read() as conn:
        [await conn.execute(query) for _ in range(2)]
    with pytest.raises(ResourceClosedError):
        await conn.execute(query)
