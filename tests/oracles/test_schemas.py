"""Schemas of any shape, drawn by hypothesis from a fixed seed: a failing one is shrunk, and comes again in the next run.

MAKEGOOD_SCHEMAS says how many for each database, MAKEGOOD_SEED from which seed; both are printed. Each kind has its own share of
them; MAKEGOOD_KIND plays one kind again, as it was played among the others.
From 2,000 on the run fails, too, where a kind was drawn less than thirty times.
"""

import asyncio
import os
import traceback
from contextlib import ExitStack
from functools import partial

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.oracles.conftest import Ground
from tests.oracles.drawn.features import drawable
from tests.oracles.drawn.shapes import Case
from tests.oracles.drawn.strategies import SEED, drawn
from tests.oracles.drawn.writing import schema_of, trial_of
from tests.oracles.judge import judged
from tests.oracles.marking import marked, must_be_shown
from tests.oracles.raw import ERRORS
from tests.oracles.shrinking import Judge, shrinking
from tests.oracles.told import ENOUGH, Told, hindrance

SHARE = int(os.environ.get("MAKEGOOD_SCHEMAS", "15"))
"""How many schemas a database; more in `make schemas`."""
KIND = os.environ.get("MAKEGOOD_KIND", "")
CLOSING = 2000
STEP = 250
PLACES = {"sqlite": "sqlite", "asyncpg": "postgresql", "psycopg": "postgresql", "mariadb": "mysql"}


def _kinds(database: str) -> list[tuple[str, int]]:
    """Each kind and how many cases are its own; of few cases other kinds with each seed."""
    kinds = drawable(database)
    if len(kinds) >= SHARE:
        step = max(1, len(kinds) // SHARE)
        return [(kinds[(SEED + n * step) % len(kinds)], 1) for n in range(SHARE)]
    each, more = divmod(SHARE, len(kinds))
    return [(kind, each + (nth < more)) for nth, kind in enumerate(kinds)]


def _judge(place: str, ground: Ground, told: Told, case: Case) -> None:
    database = PLACES[place]
    with ExitStack() as stack:
        try:
            there = stack.enter_context(ground(schema_of(case, database)))
        except ERRORS as error:
            told.unmade[f"{case.features}: {str(error)[:100]}"] += 1
            return
        rows = marked(there, case)
        verdict = asyncio.run(judged(there.by(place) if place == "psycopg" else there, trial_of(case, database)))
    told.marked += must_be_shown(there, case, rows, verdict)
    if told.ends.total() % STEP == STEP - 1:
        print(place, *told.lines()[:1], flush=True)  # noqa: T201 - the same
    why = "" if verdict.promised else hindrance(case, verdict, ground, database)
    told.add(case, verdict, why, f"{schema_of(case, database)};\n-- {trial_of(case, database)}\n-- {verdict.said}")


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_lost_unsaid(place: str, request: pytest.FixtureRequest) -> None:
    ground: Ground = request.getfixturevalue("on_postgres" if place in ("asyncpg", "psycopg") else f"on_{place}")
    told, wrong = Told(), list[Exception]()
    for kind, count in _kinds(PLACES[place]):
        if KIND not in ("", kind):
            continue
        try:
            _drawn(shrinking(partial(_judge, place, ground, told)), kind, PLACES[place], count)
        except Exception as error:  # noqa: BLE001 - the other kinds are tried all the same
            error.add_note(f"{place}, seed {SEED}, kind {kind!r}")
            print("".join(traceback.format_exception(error)), flush=True)  # noqa: T201 - nobody waits for the end of a long run
            wrong.append(error)
    print("\n".join((f"{place}, seed {SEED}:", *told.lines())))  # noqa: T201 - the figures of a closing run
    if wrong:
        raise ExceptionGroup(f"{len(wrong)} kinds went wrong", wrong)
    assert told.share >= 0.7  # a refusal of everything would never be wrong
    assert told.unmade.total() <= told.ends.total() / 20, "too many cases that the database itself can't have"
    if SHARE >= CLOSING and not KIND:
        short = {kind: told.kinds[kind] for kind in drawable(PLACES[place]) if told.kinds[kind] < ENOUGH}
        assert not short, f"drawn less than {ENOUGH} times: {short}"


def _drawn(holds: Judge, kind: str, database: str, count: int) -> None:
    judging = given(case=drawn(kind, database))(_judging(holds))
    limits = settings(max_examples=count, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    seed(SEED)(limits(judging))()


def _judging(holds: Judge) -> Judge:
    def judging(case: Case) -> None:
        holds(case)

    return judging
