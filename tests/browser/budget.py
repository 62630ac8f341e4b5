"""What a story may cost the hands: the table of docs/demo.md, and the count of what people really did."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.browser.hands import Hands

DEMO = Path(__file__).parents[2] / "docs" / "demo.md"
ROW = re.compile(
    r"^\| (?P<story>[^|]+?) \| (?P<presses>\d+) \| (?P<typed>[^|]+?) \| (?P<seconds>\d+) s \|$", re.MULTILINE
)
PRESS_S, KEY_S = 2.65, 0.28
"""Seconds by the keystroke-level model (Card, Moran and Newell): to think, point and press; to type one key."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    presses: int
    typed: tuple[str, ...]
    """What was typed, field by field."""
    keys: int

    def since(self, begun: "Cost") -> "Cost":
        typed = self.typed[len(begun.typed) :]
        return Cost(presses=self.presses - begun.presses, typed=typed, keys=self.keys - begun.keys)

    @property
    def seconds(self) -> float:
        """Of hands: what people do, without what they wait for."""
        return self.presses * PRESS_S + self.keys * KEY_S


async def cost(hands: Hands) -> Cost:
    return Cost(presses=await hands.presses(), typed=tuple(await hands.typed()), keys=await hands.keys())


def told() -> dict[str, tuple[int, int]]:
    """Presses and seconds of each story, as docs/demo.md says them."""
    rows = ROW.finditer(DEMO.read_text("utf-8"))
    return {row["story"]: (int(row["presses"]), int(row["seconds"])) for row in rows}


def must_hold(story: str, spent: Cost, *, most: int, fields: int, seconds: float) -> None:
    """Within the budget, and no more than the page promises."""
    counts = f"{spent.presses} presses, {len(spent.typed)} typed, {spent.keys} keys, {spent.seconds:.1f} s of hands"
    print(f"\n{story}: {counts}")  # noqa: T201 - the count is what is asked for: `pytest -s` shows it
    assert spent.presses <= most, spent
    assert len(spent.typed) <= fields, spent
    assert spent.seconds <= seconds, spent
    presses, hands = told()[story]
    assert spent.presses <= presses, f"{story}: docs/demo.md promises {presses} presses"
    assert spent.seconds <= hands, f"{story}: docs/demo.md promises {hands} s"
