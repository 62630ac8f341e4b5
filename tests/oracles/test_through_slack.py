"""The same schemas through Slack: typed, previewed, pressed, approved, undone; MAKEGOOD_THROUGH_SLACK says how many."""

import os
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from tests.oracles.conftest import Ground
from tests.oracles.drawn.features import drawable
from tests.oracles.drawn.shapes import Case, Deed
from tests.oracles.drawn.strategies import SEED, drawn
from tests.oracles.drawn.writing import schema_of, trial_of
from tests.oracles.judge import Place, Trial
from tests.oracles.raw import ERRORS
from tests.oracles.through_slack import office

COUNT = int(os.environ.get("MAKEGOOD_THROUGH_SLACK", "4"))
_LATER = ("others' work in between", "undone three times round", "a column dropped or renamed since")
"""Kinds of what comes after the run, which people in Slack do not play here."""
PLACES = {"on_sqlite": "sqlite", "on_postgres": "postgresql"}


def _cases(database: str, count: int) -> list[Case]:
    """The last of a few of each kind, done by a shipped action, since the first ones are the simplest."""
    kinds = [kind for kind in drawable(database) if kind not in _LATER]
    Random(SEED).shuffle(kinds)  # noqa: S311 - which kinds come first
    found: list[Case] = []

    for nth in range(count):
        drawings: list[Case] = []
        keeping = given(case=drawn(kinds[nth % len(kinds)], database))(_keeper(drawings))
        limits = settings(
            max_examples=6,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        seeded(SEED + nth)(limits(keeping))()
        found.append(_shipped(drawings[-1]))
    return found


def _keeper(drawings: list[Case]):  # type: ignore[no-untyped-def]  # noqa: ANN202 - hypothesis wraps it
    def keep(case: Case) -> None:
        drawings.append(case)

    return keep


def _shipped(case: Case) -> Case:
    key = case.deed.key or case.table.rows[0][0] or ()
    same = case.deed.action in ("delete-row", "set-column")
    return replace(case, deed=case.deed if same else Deed(action="delete-row", key=key), others=(), rounds=1)


@pytest.mark.parametrize("where", PLACES)
async def test_what_people_do_in_slack_is_what_the_dumps_say(
    where: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    ground: Ground = request.getfixturevalue(where)
    with ExitStack() as stack:
        made: list[tuple[Place, Trial]] = []
        for case in _cases(PLACES[where], COUNT // len(PLACES)):
            trial = trial_of(case, PLACES[where])
            try:
                place = stack.enter_context(ground(schema_of(case, PLACES[where])))
            except ERRORS:
                continue
            made.append(
                (
                    replace(place, url=place.url.replace("postgres:@", f"{trial.user}:@") if trial.user else place.url),
                    trial,
                )
            )
        async with office(tmp_path, made) as people:
            for number, (place, trial) in enumerate(made, 1):
                try:
                    await people.plays(number, place, trial)
                except (AssertionError, TimeoutError) as error:
                    error.add_note(f"{where}, seed {SEED}, case {number}: {trial}")
                    raise
        print(f"{where} through Slack, seed {SEED}: {dict(people.ends)}")  # noqa: T201 - the figures of a closing run
        assert people.ends["undone"] >= len(made) // 4
