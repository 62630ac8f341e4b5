"""A share of the seeded stories: whatever strikes, nothing is lost, nothing is twice, and everything unknown is before a person."""

from pathlib import Path

from tests.faults.stories import plan as plans
from tests.faults.stories.plan import STRIKES, Plan
from tests.faults.stories.run import line, play_all, report

SHARE = range(5)
"""One of each topology; `make faults` plays hundreds."""


def test_the_same_seed_is_the_same_plan_and_each_point_has_its_turn() -> None:
    points = plans.known()
    drawn = [Plan.of(seed, points) for seed in range(300)]
    assert drawn == [Plan.of(seed, points) for seed in range(300)]
    assert {strike.point for plan in drawn for strike in plan.strikes} == {point.name for point in points}
    assert all(len(plan.strikes) == STRIKES for plan in drawn)


async def test_whatever_strikes_every_promise_is_kept(postgres_server: Path) -> None:
    points = plans.known()
    all_played = await play_all(SHARE, points, together=4, socket=postgres_server)
    broken = [line(played) for played in all_played if played.problems]
    assert not broken, "\n".join([*broken, "To play one again: make faults SEEDS=1 FIRST=<seed>"])
    fell = sum(len(played.struck) for played in all_played)
    assert fell >= len(all_played), report(all_played, points)
