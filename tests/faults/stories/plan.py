"""What a seed means: where the processes stand, who acts how, and which strikes fall. Pure: the same seed is the same plan."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

POINTS = Path(__file__).with_name("points.txt")
STRIKES = 8
UNLISTED = "unlisted"
"""Where a strike falls that is meant for points of code that came after the list was renewed."""
STORIES = 2
BLOCK = 300
"""Seeds among which the points are dealt out evenly."""
RAREST = 0.05
"""The least share that a point is dealt by: one that hardly ever falls may not crowd out the others."""
DATABASE = ("kill", "stop", "slow")
KINDS = {
    "begin": (*DATABASE, "full"),
    "commit": ("kill", "stop", "cut"),
    "committed": ("kill", "stop", "cut"),
    "read": (*DATABASE, "cut"),
    "asked": ("kill", "stop", "slow"),
    "asking ack": ("kill", "stop", "slow", "disconnect"),
    "asking smtp data": ("kill", "stop", "4xx", "cut", "after_cut", "hang", "after_hang"),
    "asking smtp": ("kill", "stop", "slow"),
    "asking ssh": ("kill", "stop", "drop connect", "drop input", "drop input_lost", "drop exit", "hang exit"),
    "asking shop": ("kill", "stop", "slow"),
    "asking": (
        "kill",
        "stop",
        "stop long",
        "slow",
        "429",
        "500",
        "cut",
        "hang",
        "after_500",
        "after_cut",
        "after_hang",
    ),
}
"""Which strikes there are, by how a point's name begins: the longest beginning counts."""

Kind = Literal["sql", "ssh", "http"]
Event = Literal[
    "clock ahead",
    "clock behind",
    "database cut",
    "database away",
    "sockets cut",
    "deliveries again",
    "a storm of 429",
    "backup restored",
    "",
]
EVENTS: tuple[Event, ...] = (
    "",
    "clock ahead",
    "clock behind",
    "sockets cut",
    "deliveries again",
    "a storm of 429",
    "backup restored",
)
SERVED: tuple[Event, ...] = ("database cut", "database away")
"""What befalls a database that is a server."""


@dataclass(frozen=True, kw_only=True)
class Topology:
    """`replicas` take what comes in; `apart`: another process alone holds the credentials of production and billing.

    `newer`: the last replica is of a version that writes a kind of entry of which the others know nothing.
    """

    name: str
    store: Literal["sqlite", "postgresql"]
    replicas: int
    apart: bool = False
    newer: bool = False


TOPOLOGIES = (
    Topology(name="SQLite", store="sqlite", replicas=1),
    Topology(name="two replicas", store="postgresql", replicas=2),
    Topology(name="three replicas", store="postgresql", replicas=3),
    Topology(name="credentials apart", store="postgresql", replicas=1, apart=True),
    Topology(name="old beside new", store="postgresql", replicas=2, newer=True),
)


@dataclass(frozen=True, kw_only=True)
class Cast:
    """What the people of one story do. A fix by `http` needs another person's approval."""

    kind: Kind
    writes: Literal["chat", "letter"]
    gives: Literal["credit", "days", "upgrade", "nothing"]
    posted: bool
    """An app writes of the error in the channel, besides the hook."""
    strange: bool
    """Somebody whom nobody knows writes as well, and a person says what it is."""
    undoes: bool
    freezes: bool
    takes_back: bool
    """A letter in which somebody is told is taken back, and written anew."""

    @classmethod
    def drawn(cls, chance: random.Random, kind: Kind) -> "Cast":
        writes: Literal["chat", "letter"] = chance.choice(("chat", "letter"))
        return cls(
            kind=kind,
            writes=writes,
            gives=chance.choice(("credit", "days", "upgrade", "nothing")),
            posted=chance.random() < 0.4,
            strange=chance.random() < 0.4,
            undoes=chance.random() < 0.6,
            freezes=chance.random() < 0.3,
            takes_back=writes == "letter" and chance.random() < 0.3,
        )

    def words(self) -> Iterator[str]:
        """What the list of points may ask of a story."""
        yield from (self.kind, self.writes, self.gives)
        if self.posted:
            yield "posted"
        if self.strange:
            yield "stranger"
        if self.undoes:
            yield f"{self.kind} undone"
        if self.freezes:
            yield "frozen"
        if self.takes_back:
            yield "taken back"


@dataclass(frozen=True, kw_only=True)
class Point:
    """Where a strike may fall: seen in this `share` of the seeds that have all of `needs`; in `again`, three times in a process."""

    name: str
    needs: frozenset[str] = frozenset()
    share: float = 0.5
    again: float = 0.0

    @classmethod
    def read(cls, line: str) -> "Point":
        share, again, name, needs = line.split("\t")
        words = frozenset(needs.split(", ")) if needs else frozenset[str]()
        return cls(name=name, needs=words, share=float(share), again=float(again))

    def written(self) -> str:
        return f"{self.share:.2f}\t{self.again:.2f}\t{self.name}\t{', '.join(sorted(self.needs))}"


@dataclass(frozen=True, kw_only=True)
class Strike:
    """Falls when a process comes to `point` for the `nth` time or later; UNLISTED: to its `nth` point that is not listed."""

    point: str
    kind: str
    nth: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    seed: int
    topology: Topology
    casts: tuple[Cast, ...]
    strikes: tuple[Strike, ...]
    event: Event
    merges: bool = False
    at: float
    """Seconds after the beginning at which the event comes."""

    def draw(self, about: str) -> random.Random:
        """Chance that belongs to one thing alone, so that nobody's order changes it for others."""
        return random.Random(f"{self.seed} {about}")  # noqa: S311 - a story, no secret

    @property
    def words(self) -> frozenset[str]:
        """What the points that are reached here may need."""
        more = ["merged"] if self.merges else []
        own = (self.topology.store, self.topology.name, self.event)
        return frozenset((*own, *more, *(word for cast in self.casts for word in cast.words())))

    @classmethod
    def of(cls, seed: int, points: Sequence[Point]) -> "Plan":
        block, place = divmod(seed, BLOCK)
        return _dealt(block, tuple(points))[place]

    def short(self) -> "Plan":
        """With one story and half the strikes, so that many seeds have room in a minute; what is merged are two stories."""
        casts = self.casts if self.merges else self.casts[:1]
        return replace(self, casts=casts, strikes=(*self.strikes[: STRIKES // 2], *self.strikes[STRIKES:]))

    @classmethod
    def bare(cls, seed: int) -> "Plan":
        """Without a strike."""
        chance = random.Random(f"plan {seed}")  # noqa: S311 - as above
        topology = TOPOLOGIES[seed % len(TOPOLOGIES)]
        events = EVENTS if topology.store == "sqlite" else EVENTS + SERVED
        kinds: tuple[Kind, ...] = ("sql", "ssh", "http")
        first = chance.randrange(len(kinds))
        return cls(
            seed=seed,
            topology=topology,
            casts=tuple(Cast.drawn(chance, kinds[(first + n) % len(kinds)]) for n in range(STORIES)),
            strikes=(),
            event=events[seed // len(TOPOLOGIES) % len(events)],
            merges=chance.random() < 0.25,
            at=chance.uniform(2.0, 8.0),
        )


def known() -> tuple[Point, ...]:
    """The points that were seen when the list was last renewed."""
    return tuple(map(Point.read, POINTS.read_text().splitlines())) if POINTS.exists() else ()


@lru_cache(maxsize=4)
def _dealt(block: int, points: tuple[Point, ...]) -> tuple[Plan, ...]:
    """A block's plans: each seed strikes the points that it reaches and that were struck least before it, the rare ones first."""
    shuffled = random.Random(f"order {block}")  # noqa: S311 - as above
    order = {point.name: shuffled.random() for point in points}
    struck, times, plans = dict.fromkeys(order, 0.0), Counter[str](), []
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        plan = Plan.bare(seed)
        words = plan.words
        within = [point for point in points if point.needs <= words]
        within.sort(key=lambda point: (struck[point.name], point.share, order[point.name]))
        strikes = []
        for point in within[:STRIKES]:
            struck[point.name] += max(point.share, RAREST)
            strikes.append(_strike(point, plan, times[point.name]))
            times[point.name] += 1
        chance = plan.draw(UNLISTED)
        if points:
            strikes.append(
                Strike(point=UNLISTED, kind=chance.choice(("kill", "stop", "slow")), nth=chance.randrange(1, 9))
            )
        plans.append(replace(plan, strikes=tuple(strikes)))
    return tuple(plans)


def _strike(point: Point, plan: Plan, before: int) -> Strike:
    """Each of a point's kinds in its turn; later than at the first visit only where there are more."""
    kinds = list(
        next(KINDS[start] for start in sorted(KINDS, key=len, reverse=True) if point.name.startswith(f"{start} "))
    )
    random.Random(point.name).shuffle(kinds)  # noqa: S311 - as above
    kinds = [kind for kind in kinds if kind != "full" or plan.topology.store == "sqlite"]
    often = point.again >= 0.5
    nth = plan.draw(f"nth {point.name}").choice((1, 1, 2, 3)) if often else 1
    return Strike(point=point.name, kind=kinds[before % len(kinds)], nth=nth)
