"""What binds an approval changes exactly when something of what was shown does: a value, a parameter, the source or the target."""

import asyncio
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from bot import shipped
from bot.bug.errors import MakegoodError
from bot.production.action import Preview
from bot.production.catalogue.catalogue import Catalogue
from bot.production.engine import Engine
from bot.production.targets import SqlTarget
from tests.oracles.conftest import Ground
from tests.oracles.drawn.shapes import Case
from tests.oracles.drawn.strategies import SEED, drawn
from tests.oracles.drawn.writing import schema_of, trial_of
from tests.oracles.judge import OURS, Place, Trial
from tests.oracles.shrinking import shrinking
from tests.parts.production_sql.shop import run_ref

SHARE = max(6, int(os.environ.get("MAKEGOOD_SCHEMAS", "15")) // 20)
PLACES = {"sqlite": "sqlite", "postgres": "postgresql", "mariadb": "mysql"}
_MEANWHILE = (
    "UPDATE t{0} SET v = 6",
    "UPDATE t{0} SET v = 6 WHERE v = 0",
    "UPDATE t{0} SET m = 5 WHERE v = 1",
    "UPDATE t{0} SET v = 5 WHERE v > 5",
    "DELETE FROM t{0} WHERE v = 2",
    "INSERT INTO t{0} (id, v) VALUES (77, 1)",
)
"""What somebody else does after the preview."""


def _engine(place: Place, trial: Trial, catalogue: Catalogue, name: str = "shop") -> Engine:
    told = {"name": name, "url": place.url, "tables": dict(trial.tables), "volatile": trial.volatile}
    return Engine(catalogue, {name: SqlTarget.model_validate(told)})


async def _previewed(engine: Engine, trial: Trial, values: dict[str, str]) -> Preview | None:
    try:
        return await engine.preview(trial.action, values, run_ref())
    except MakegoodError:
        return None
    finally:
        await engine.close()


def _shown(preview: Preview, volatile: tuple[str, ...]) -> Any:
    def bare(cells: Any, table: str) -> Any:
        return cells and {name: text for name, text in cells.items() if f"{table}.{name}" not in volatile}

    rows = [(r.table, dict(r.key), bare(r.before, r.table), bare(r.after, r.table)) for r in preview.rows]
    return dict(preview.params), preview.target, preview.text, sorted(map(str, rows))


def _rewritten(folder: Path) -> Catalogue:
    """The same actions, of which each has another line."""
    for where in (shipped.ACTIONS, OURS):
        for file in Path(where).glob("*.py"):
            shutil.copy(file, folder / file.name)
            (folder / file.name).write_text(f"{file.read_text()}\n# reviewed again\n")
    return Catalogue.trusting((folder,))


async def _holds(place: Place, trial: Trial, meanwhile: str, same: Catalogue, other: Catalogue) -> None:
    values = dict(trial.values)
    first = await _previewed(_engine(place, trial, same), trial, values)
    again = await _previewed(_engine(place, trial, same), trial, values)
    if first is None or again is None:
        assert first is again, "once it was refused and once it was not"
        return
    assert first.digest == again.digest, "nothing changed"
    elsewhere = await _previewed(_engine(place, trial, same, "copy"), trial, values)
    rewritten = await _previewed(_engine(place, trial, other), trial, values)
    assert elsewhere is not None
    assert rewritten is not None
    assert len({first.digest, elsewhere.digest, rewritten.digest}) == 3, "another target, another source"
    if "value" in values and (more := await _previewed(_engine(place, trial, same), trial, {**values, "value": "3"})):
        assert (more.digest == first.digest) == (values["value"] == "3"), "another parameter"
    _changed(place, meanwhile)
    after = await _previewed(_engine(place, trial, same), trial, values)
    if after is not None:
        alike = _shown(first, trial.volatile) == _shown(after, trial.volatile)
        assert (first.digest == after.digest) == alike, f"{meanwhile}: {first} {after}"


def _changed(place: Place, statement: str) -> None:
    try:
        place.execute(statement)
    except place.errors:
        return


@pytest.mark.parametrize("where", PLACES)
def test_a_digest_tells_apart_what_people_see_apart(where: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    ground: Ground = request.getfixturevalue(f"on_{where}")
    same, other = Catalogue.trusting((shipped.ACTIONS, OURS)), _rewritten(tmp_path)
    kinds = st.sampled_from(
        ("generated", "declared touch", "to itself", "key of two columns", "a rare type", "odd names")
    )

    @seed(SEED)
    @settings(max_examples=SHARE, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=kinds.flatmap(lambda kind: drawn(kind, PLACES[where])), nth=st.integers(0, len(_MEANWHILE) - 1))
    def holds(case: Case, nth: int) -> None:
        judging(replace(case, others=(_MEANWHILE[nth].format(case.at),)))

    def judge(case: Case) -> None:
        with ground(schema_of(case, PLACES[where])) as place:
            asyncio.run(_holds(place, trial_of(case, PLACES[where]), case.others[0], same, other))

    judging = shrinking(judge)

    holds()
