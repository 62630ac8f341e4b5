"""The same schema on three databases: the same preview, or a refusal that says which database it is about."""

import asyncio
import os
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from bot import shipped
from bot.bug.errors import MakegoodError
from bot.production.catalogue.catalogue import Catalogue
from bot.production.engine import Engine
from bot.production.targets import SqlTarget
from tests.oracles.conftest import Ground
from tests.oracles.drawn.shapes import Case, kinds_of
from tests.oracles.drawn.strategies import SEED, drawn
from tests.oracles.drawn.writing import schema_of, trial_of
from tests.oracles.judge import OURS
from tests.oracles.shrinking import shrinking
from tests.parts.production_sql.shop import run_ref

SHARE = max(5, int(os.environ.get("MAKEGOOD_SCHEMAS", "15")) // 20)
PLACES = {"sqlite": "sqlite", "postgres": "postgresql", "mariadb": "mysql"}
KINDS = (
    "generated",
    "default",
    "to itself",
    "to itself twice",
    "foreign keys in a circle",
    "key of two columns",
    "check",
)
_NAMED = re.compile(r"SQLite|PostgreSQL|MariaDB|MySQL")
Told = tuple[str, ...]


def _common(case: Case) -> Case:
    """Without what not all of them have: MariaDB knows no SET DEFAULT and empties no column that may not be empty."""
    tables = tuple(
        replace(
            table,
            pointers=tuple(
                replace(
                    p,
                    on_delete={"SET DEFAULT": "CASCADE", "RESTRICT": "NO ACTION"}.get(p.on_delete, p.on_delete),
                    required=False,
                )
                for p in table.pointers
            ),
        )
        for table in case.tables
    )
    return replace(case, tables=tables, features=tuple(f for f in case.features if f in KINDS))


async def _told(ground: Ground, case: Case, database: str) -> tuple[str, Told]:
    trial = trial_of(case, database)
    with ground(schema_of(case, database)) as place:
        target = SqlTarget.model_validate({"name": "shop", "url": place.url, "tables": dict(trial.tables)})
        engine = Engine(Catalogue.trusting((shipped.ACTIONS, OURS)), {"shop": target})
        try:
            preview = await engine.preview(trial.action, trial.values, run_ref())
        except MakegoodError as error:
            return str(error), ()
        finally:
            await engine.close()
    rows = sorted(f"{r.table} {dict(r.key)}: {r.before} -> {r.after}" for r in preview.rows if r.before != r.after)
    return "", ("can be undone" if preview.undoable else "cannot be undone", preview.summary.partition(":")[0], *rows)


def test_three_databases_are_told_alike(request: pytest.FixtureRequest) -> None:
    grounds: dict[str, Ground] = {where: request.getfixturevalue(f"on_{where}") for where in PLACES}
    kinds = st.sampled_from(KINDS)

    @seed(SEED)
    @settings(max_examples=SHARE, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=kinds.flatmap(lambda kind: drawn(kind, "postgresql", keys=("integer", "uuid"))))
    def holds(case: Case) -> None:
        judging(case)

    def judge(case: Case) -> None:
        common = _common(case)
        if any(
            kind == "orphan" for kind in kinds_of(common)
        ):  # PostgreSQL rehearses their undo less than it could do it
            return
        told = {where: asyncio.run(_told(ground, common, PLACES[where])) for where, ground in grounds.items()}
        refusals = {where: why for where, (why, _) in told.items() if why}
        previews = {preview for why, preview in told.values() if not why}
        assert len(previews) <= 1, f"different previews: {told}"
        if previews:
            unnamed = {where: why for where, why in refusals.items() if not _NAMED.search(why)}
            assert not unnamed, f"refused here, shown elsewhere: {unnamed}"

    judging = shrinking(judge)
    holds()
