"""Each kind of schema on which rows were lost: the dump of the database says what became of them."""

import re
from contextlib import AbstractContextManager

import pytest

from tests.oracles import (
    kinds_admitted,
    kinds_default,
    kinds_followed,
    kinds_held,
    kinds_keys,
    kinds_mariadb,
    kinds_postgres,
    kinds_postgres_undo,
    kinds_refused,
    kinds_reported,
    kinds_sqlite,
    kinds_strangers,
)
from tests.oracles.conftest import Ground
from tests.oracles.judge import Place, judged
from tests.oracles.kinds import Kind


def _named(kinds: list[Kind]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", kinds, ids=[case.name for case in kinds])


async def _holds(case: Kind, ground: AbstractContextManager[Place]) -> None:
    with ground as place:
        verdict = await judged(place, case.trial)
    assert verdict.end == case.end, verdict
    assert re.search(case.says, verdict.said), verdict.said


@_named(
    [
        *kinds_postgres.KINDS,
        *kinds_postgres_undo.KINDS,
        *kinds_keys.COMMON,
        *kinds_keys.POSTGRES,
        *kinds_followed.POSTGRES,
        *kinds_held.COMMON,
        *kinds_held.INDEXES,
        *kinds_held.POSTGRES,
        *kinds_strangers.COMMON,
        *kinds_strangers.POSTGRES,
        *kinds_reported.POSTGRES,
        *kinds_refused.COMMON,
        *kinds_refused.POSTGRES,
        *kinds_admitted.COMMON,
        *kinds_admitted.NOT_MARIADB,
        *kinds_admitted.POSTGRES,
        *kinds_default.NOT_MARIADB,
        *kinds_default.POSTGRES,
    ]
)
async def test_on_postgresql_nothing_is_lost_unsaid(case: Kind, on_postgres: Ground) -> None:
    await _holds(case, on_postgres(case.schema))


@_named(
    [
        *kinds_mariadb.KINDS,
        *kinds_keys.COMMON,
        *kinds_keys.MARIADB,
        *kinds_followed.MARIADB,
        *kinds_held.COMMON,
        *kinds_held.OF_MARIADB,
        *kinds_held.MARIADB,
        *kinds_strangers.COMMON,
        *kinds_strangers.MARIADB,
        *kinds_reported.MARIADB,
        *kinds_refused.COMMON,
        *kinds_admitted.COMMON,
        *kinds_admitted.MARIADB,
    ]
)
async def test_on_mariadb_nothing_is_lost_unsaid(case: Kind, on_mariadb: Ground) -> None:
    await _holds(case, on_mariadb(case.schema))


@_named(
    [
        *kinds_sqlite.KINDS,
        *kinds_keys.COMMON,
        *kinds_keys.SQLITE,
        *kinds_followed.SQLITE,
        *kinds_held.COMMON,
        *kinds_held.INDEXES,
        *kinds_held.OF_SQLITE,
        *kinds_held.SQLITE,
        *kinds_strangers.COMMON,
        *kinds_strangers.SQLITE,
        *kinds_reported.SQLITE,
        *kinds_refused.COMMON,
        *kinds_refused.SQLITE,
        *kinds_admitted.COMMON,
        *kinds_admitted.NOT_MARIADB,
        *kinds_admitted.SQLITE,
        *kinds_default.NOT_MARIADB,
        *kinds_default.SQLITE,
    ]
)
async def test_on_sqlite_nothing_is_lost_unsaid(case: Kind, on_sqlite: Ground) -> None:
    await _holds(case, on_sqlite(case.schema))
