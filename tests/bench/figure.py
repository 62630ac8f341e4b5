"""One measured value with its limit."""

from bot.bug.values import Frozen


class Figure(Frozen):
    """`limit` is the most (or, with `least`, the least) that `value` may be."""

    name: str
    value: float
    limit: float
    unit: str = "× the baseline"
    least: bool = False
    detail: str = ""

    @property
    def held(self) -> bool:
        return self.value >= self.limit if self.least else self.value <= self.limit

    def __str__(self) -> str:
        sign = "at least" if self.least else "at most"
        return f"{'ok  ' if self.held else 'MISS'} {self.name}: {self.value:.2f} {self.unit} ({sign} {self.limit:g}) {self.detail}"
