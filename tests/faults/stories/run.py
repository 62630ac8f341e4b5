"""`python -m tests.faults.stories.run --seeds 300`: plays the seeds, prints which strikes fell where, exits 1 where a promise broke."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from tests.faults.stories.plan import POINTS, Plan, Point, known
from tests.faults.stories.planted import PLANTED
from tests.faults.stories.play import Ground, Played, play
from tests.support import postgres

TRIES = 6
"""Seeds in which a planted fault has to show."""
TOGETHER = 6
"""Towns at once: they wait more than they compute."""


async def play_all(
    plans: Sequence[Plan], together: int = TOGETHER, *, socket: Path | None = None, folder: Path | None = None
) -> list[Played]:
    """In their order. What fails leaves its folder, in `folder`. `socket`: a PostgreSQL server that runs already."""
    room = asyncio.Semaphore(together)
    folder = folder or Path(tempfile.mkdtemp(prefix="makegood-faults-"))
    with nullcontext(socket) if socket else postgres.server() as server:
        async with Ground.open(server, folder) as ground:

            async def one(plan: Plan) -> Played:
                async with room:
                    played = await play(plan, ground, folder / str(plan.seed))
                sys.stdout.write(line(played) + "\n")
                sys.stdout.flush()
                return played

            return await asyncio.gather(*(one(plan) for plan in plans))


def line(played: Played) -> str:
    plan, struck = played.plan, len(played.struck)
    head = f"seed {plan.seed:3} {plan.topology.name:17} {plan.event or '–':15} {struck} of {len(plan.strikes)} fell"
    said = f"{head}, {played.took:4.0f} s, settled in {played.settled:4.1f} s, fakes still for {played.stalled:3.1f} s"
    if not played.problems:
        return said
    strikes = "; ".join(f"{kind} at {point}" for point, kind in played.struck)
    return "\n".join([f"{said} BROKEN ({played.folder})", f"    {strikes}", *(f"    - {x}" for x in played.problems)])


def report(all_played: Sequence[Played], points: Sequence[Point]) -> str:
    """How many strikes fell where, and which share of the points was hit at all."""
    fell = Counter(point for played in all_played for point, _ in played.struck)
    dealt = Counter(strike.point for played in all_played for strike in played.plan.strikes)
    kinds = Counter(kind for played in all_played for _, kind in played.struck)
    listed = {point.name for point in points}
    seen = {*listed, *(point for played in all_played for point in played.visited)}
    rows = [f"{fell[point]:5} of {dealt[point]:3}  {point}" for point in sorted(seen, key=lambda p: (-fell[p], p))]
    hit = sum(fell[point] > 0 for point in seen)
    gave_up = Counter(reason for played in all_played for reason in played.gave_up)
    events = Counter(str(played.plan.event or "nothing") for played in all_played)
    towns = Counter(played.plan.topology.name for played in all_played)
    return "\n".join(
        [
            *rows,
            f"towns: {_counted(towns)}",
            f"once in a story: {_counted(events)}",
            f"{fell.total()} of {dealt.total()} strikes fell ({_counted(kinds)})",
            f"{hit} of {len(seen)} points hit: {hit / len(seen):.0%}; not on the list: {len(seen - listed)}",
            "given up by people:",
            *(f"    {count}  {reason}" for reason, count in gave_up.most_common()),
        ]
    )


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common())


def renewed(all_played: Sequence[Played]) -> str:
    """The list of points as these seeds saw them: what a seed needs to come there is what all that came there have."""
    lines = []
    for name in sorted({point for played in all_played for point in played.visited}):
        came = [played for played in all_played if name in played.visited]
        needs = frozenset.intersection(*(played.plan.words for played in came))
        could = [played for played in all_played if needs <= played.plan.words]
        again = sum(name in played.revisited for played in came) / len(came)
        lines.append(Point(name=name, needs=needs, share=len(came) / len(could), again=again).written())
    return "\n".join(lines) + "\n"


async def plant_all(names: Sequence[str], together: int = TOGETHER) -> int:
    """Each planted fault must be found, by one of a few seeds; how many were not."""
    room = asyncio.Semaphore(together)
    folder = Path(tempfile.mkdtemp(prefix="makegood-planted-"))
    with postgres.server() as socket:
        async with Ground.open(socket, folder) as ground:

            async def one(name: str) -> bool:
                found = ""
                for seed in range(TRIES):
                    async with room:
                        played = await play(PLANTED[name].plan(seed), ground, folder / f"{name}{seed}", name)
                    if played.problems and not played.crashed:
                        found = f"by seed {seed}: {played.problems[0][:110]}"
                        break
                sys.stdout.write(f"{name:32} {'found ' + found if found else 'NOT FOUND'}\n")
                sys.stdout.flush()
                return bool(found)

            found = await asyncio.gather(*(one(name) for name in names))
    sys.stdout.write(f"{sum(found)} of {len(found)} planted faults were found\n")
    return len(found) - sum(found)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, default=20, help="how many, from --first on")
    asked.add_argument("--first", type=int, default=0)
    asked.add_argument("--together", type=int, default=TOGETHER)
    asked.add_argument("--calm", action="store_true", help="no strikes")
    asked.add_argument("--short", action="store_true", help="one story a seed, as the tests play them")
    asked.add_argument("--renew", action="store_true", help="writes the list of points anew; wants a hundred seeds")
    asked.add_argument("--planted", nargs="*", help="faults of our own, each of which must be found; without names all")
    given = asked.parse_args()
    if given.planted is not None:
        return 1 if asyncio.run(plant_all(given.planted or list(PLANTED), given.together)) else 0
    points = () if given.calm else known()
    began = time.monotonic()
    drawn = [Plan.of(seed, points) for seed in range(given.first, given.first + given.seeds)]
    plans = [plan.short() for plan in drawn] if given.short else drawn
    all_played = asyncio.run(play_all(plans, given.together))
    sys.stdout.write(report(all_played, points) + "\n")
    broken = [played.plan.seed for played in all_played if played.problems]
    sys.stdout.write(f"{len(all_played)} seeds in {time.monotonic() - began:.0f} s; broken: {broken or 'none'}\n")
    if given.renew:
        POINTS.write_text(renewed(all_played))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
