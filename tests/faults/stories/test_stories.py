"""A share of the seeded stories: whatever strikes, nothing is lost, nothing is twice, and everything unknown is before a person."""

from pathlib import Path

import pytest

from tests.faults.stories.plan import STRIKES, TOPOLOGIES, UNLISTED, Plan, Topology, known
from tests.faults.stories.run import line, play_all, report

SHARE = {"SQLite": 10, "two replicas": 3, "three replicas": 1, "credentials apart": 4, "old beside new": 2}
"""How many seeds of each topology are played here, fewer of what costs more; `make faults` plays hundreds."""
TOGETHER = 8


def _seeds(of: Topology) -> list[int]:
    """The first ones."""
    place = TOPOLOGIES.index(of)
    return [place + len(TOPOLOGIES) * n for n in range(SHARE[of.name])]


def test_the_same_seed_is_the_same_plan_and_each_point_has_its_turn() -> None:
    points = known()
    drawn = [Plan.of(seed, points) for seed in range(300)]
    assert drawn == [Plan.of(seed, points) for seed in range(300)]
    struck = {strike.point for plan in drawn for strike in plan.strikes}
    assert struck == {point.name for point in points} | {UNLISTED}
    assert all(len(plan.strikes) == STRIKES + 1 for plan in drawn)


@pytest.mark.long
async def test_whatever_strikes_every_promise_is_kept(postgres_server: Path, tmp_path: Path) -> None:
    points = known()
    plans = [Plan.of(seed, points).short() for of in TOPOLOGIES for seed in _seeds(of)]
    all_played = await play_all(plans, TOGETHER, socket=postgres_server, folder=tmp_path)
    broken = [line(played) for played in all_played if played.problems]
    assert not broken, "\n".join([*broken, "To play one again: make faults SEEDS=1 SHORT=1 FIRST=<seed>"])
    fell = sum(len(played.struck) for played in all_played)
    assert fell >= len(all_played), report(all_played, points)
