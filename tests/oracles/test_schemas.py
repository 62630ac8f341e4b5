"""Schemas of any shape, drawn by hypothesis from a fixed seed: a failing one is shrunk, and comes again in the next run."""

import asyncio
import os
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings

from tests.oracles.conftest import Ground
from tests.oracles.judge import judged
from tests.oracles.schemas import Drawn, drawn

SHARE = int(os.environ.get("MAKEGOOD_SCHEMAS", "25"))
"""How many schemas a database; more in a run of its own."""


def _all_hold(ground: Ground, written: Callable[[Drawn], str]) -> Counter[str]:
    ends: Counter[str] = Counter()

    @settings(
        max_examples=SHARE, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=drawn())
    def holds(case: Drawn) -> None:
        with ground(written(case)) as place:
            ends[asyncio.run(judged(place, case.trial)).end] += 1

    holds()
    return ends


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_nothing_is_lost_unsaid(database: str, request: pytest.FixtureRequest) -> None:
    ground: Ground = request.getfixturevalue(f"on_{database}")
    ends = _all_hold(ground, Drawn.sqlite if database == "sqlite" else Drawn.postgres)
    print(f"{database}: {dict(ends)}")  # noqa: T201 - the figures of a closing run
    assert ends["undone"] > 0
