"""What a seed means: where the processes stand, who acts how, and which strikes fall. Pure: the same seed is the same plan."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

POINTS = Path(__file__).with_name("points.txt")
STRIKES = 6
STORIES = 2
DATABASE = ("kill", "stop", "stop", "slow")
KINDS = {
    "begin": (*DATABASE, "full"),
    "commit": ("kill", "stop", "cut", "cut"),
    "committed": ("kill", "stop", "cut", "cut"),
    "read": (*DATABASE, "cut"),
    "asked": ("kill", "kill", "stop", "slow"),
    "asking ack": ("kill", "stop", "slow", "disconnect"),
    "asking smtp data": ("kill", "stop", "4xx", "cut", "after_cut", "hang", "after_hang"),
    "asking smtp": ("kill", "stop", "slow"),
    "asking ssh": ("kill", "stop", "drop connect", "drop input", "drop input_lost", "drop exit", "hang exit"),
    "asking shop": ("kill", "stop", "slow"),
    "asking": ("kill", "stop", "stop", "slow", "429", "500", "cut", "hang", "after_500", "after_cut", "after_hang"),
}
"""Which strikes there are, by how a point's name begins: the longest beginning counts."""

Event = Literal["clock ahead", "clock behind", "database cut", "sockets cut", "backup restored", ""]


@dataclass(frozen=True, kw_only=True)
class Topology:
    """`replicas` take what comes in; `apart`: another process alone holds the credentials of production and billing."""

    name: str
    store: Literal["sqlite", "postgresql"]
    replicas: int
    apart: bool = False


TOPOLOGIES = (
    Topology(name="SQLite", store="sqlite", replicas=1),
    Topology(name="two replicas", store="postgresql", replicas=2),
    Topology(name="three replicas", store="postgresql", replicas=3),
    Topology(name="credentials apart", store="postgresql", replicas=1, apart=True),
)


@dataclass(frozen=True, kw_only=True)
class Strike:
    """Falls when a process comes to `point` for the `nth` time or later."""

    point: str
    kind: str
    nth: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    seed: int
    topology: Topology
    strikes: tuple[Strike, ...]
    event: Event
    at: float
    """Seconds after the beginning at which the event comes."""

    def draw(self, about: str) -> random.Random:
        """Chance that belongs to one thing alone, so that nobody's order changes it for others."""
        return random.Random(f"{self.seed} {about}")  # noqa: S311 - a story, no secret

    @classmethod
    def of(cls, seed: int, points: Sequence[str]) -> "Plan":
        chance = random.Random(f"plan {seed}")  # noqa: S311 - as above
        topology = TOPOLOGIES[seed % len(TOPOLOGIES)]
        events: tuple[Event, ...] = ("", "clock ahead", "clock behind", "sockets cut")
        more: tuple[Event, ...] = ("backup restored",) if topology.store == "sqlite" else ("database cut",)
        return cls(
            seed=seed,
            topology=topology,
            strikes=tuple(_strike(point, topology, chance) for point in _turn(seed, points)),
            event=chance.choice(events + more),
            at=chance.uniform(2.0, 8.0),
        )


def known() -> tuple[str, ...]:
    """The points that were seen when the list was last renewed."""
    return tuple(POINTS.read_text().splitlines()) if POINTS.exists() else ()


def _turn(seed: int, points: Sequence[str]) -> list[str]:
    """Each point has its turn: seed after seed goes on in one shuffled order."""
    if not points:
        return []
    order = list(points)
    random.Random("order").shuffle(order)  # noqa: S311 - as above
    return [order[(seed * STRIKES + i) % len(order)] for i in range(STRIKES)]


def _strike(point: str, topology: Topology, chance: random.Random) -> Strike:
    kinds = next(KINDS[start] for start in sorted(KINDS, key=len, reverse=True) if point.startswith(start + " "))
    kinds = kinds if topology.store == "sqlite" else tuple(kind for kind in kinds if kind != "full")
    return Strike(point=point, kind=chance.choice(kinds), nth=chance.choice((1, 1, 2, 3)))
