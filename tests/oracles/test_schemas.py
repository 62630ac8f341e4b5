"""Schemas of any shape, drawn by hypothesis from a fixed seed: a failing one is shrunk, and comes again in the next run.

MAKEGOOD_SCHEMAS says how many for each database, MAKEGOOD_SEED from which seed; the seed is printed.
"""

import asyncio
import os
import re
from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.oracles.conftest import Ground
from tests.oracles.judge import Verdict, judged
from tests.oracles.schemas import Drawn, drawn

SHARE = int(os.environ.get("MAKEGOOD_SCHEMAS", "15"))
"""How many schemas a database; more in `make oracles`."""
SEED = int(os.environ.get("MAKEGOOD_SEED", "17"))
PLACES = {"sqlite": "sqlite", "asyncpg": "postgresql", "psycopg": "postgresql", "mariadb": "mysql"}
_RIGHTLY = re.compile(
    r"keeps such rows|given a default|default of its own|No row of|as wanted already|such a row|not open to actions|"
    r"INHERITS|a part of|row-level security|foreign key|match|may change more|that is not there|may not be empty|check allows|"
    r"which is unique|overlap|forbids|something else|leaves such rows|sets \w+ itself|no row of|left \d+ row|at every change|"
    r"since|by now|is gone"
)
"""What no engine could do and undo: the database itself holds it, or there is nothing to do."""


@dataclass(kw_only=True)
class Told:
    """How the cases ended, and why those that did not run were refused."""

    ends: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    rightly: int = 0

    def add(self, case: Drawn, verdict: Verdict) -> None:
        self.kinds.update((case.extra or "plain", "others' work" if case.trial.others else "alone"))
        self.ends[verdict.end] += 1
        if verdict.end != "undone":
            self.rightly += bool(_RIGHTLY.search(verdict.said))
            self.reasons[f"{verdict.end}: {_kind_of(verdict.said)}"] += 1

    @property
    def share(self) -> float:
        """Of the cases that could be undone, those that ran and were."""
        return self.ends["undone"] / max(1, self.ends.total() - self.rightly)


def _kind_of(said: str) -> str:
    """The sentence without what is of this case alone."""
    return re.sub(r"\([^)]*\)|\bt\d\b|\bp\d(_nr)?\b|'[^']*'|\d+", "…", said)[:110]


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_lost_unsaid(place: str, request: pytest.FixtureRequest) -> None:
    ground: Ground = request.getfixturevalue("on_postgres" if place in ("asyncpg", "psycopg") else f"on_{place}")
    told = Told()

    @seed(SEED)
    @settings(max_examples=SHARE, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=drawn())
    def holds(case: Drawn) -> None:
        with ground(case.written(PLACES[place])) as there:
            on = there.by(place) if place == "psycopg" else there
            told.add(case, asyncio.run(judged(on, case.trial)))

    holds()
    lines = [f"{count:5} {why}" for why, count in told.reasons.most_common()]
    lines.append(f"kinds drawn: {dict(sorted(told.kinds.items()))}")
    print(f"{place}, seed {SEED}: {dict(told.ends)}, {told.share:.0%} of what could be undone\n" + "\n".join(lines))  # noqa: T201 - the figures of a closing run
    assert told.share >= 0.7  # a refusal of everything would never be wrong
