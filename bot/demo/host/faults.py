"""What can go wrong with a host, each a bounded number of times."""

from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["drop", "hang", "refuse"]
"""drop: the TCP connection is cut; hang: nothing comes any more; refuse: the host says no (at connect and session only)."""

Point = Literal["connect", "session", "first_output", "input", "input_lost", "output", "exit"]
"""first_output: before the first bytes the command writes; input: after the command got its first input;
input_lost: before it got it; output: at its first output after an input; exit: it has ended, its status is not sent."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    kind: Kind
    at: Point
    times: int = 1
    spared: int = 0
    """How often it passes before it strikes."""


class Faults:
    def __init__(self) -> None:
        self._pending: list[Fault] = []

    @property
    def pending(self) -> tuple[Fault, ...]:
        return tuple(self._pending)

    def add(self, *, kind: Kind, at: Point, times: int = 1, spared: int = 0) -> None:
        self._pending.append(Fault(kind=kind, at=at, times=times, spared=spared))

    def clear(self) -> None:
        self._pending.clear()

    def take(self, at: Point) -> Fault | None:
        """The fault that strikes now, used up by one."""
        for index, fault in enumerate(self._pending):
            if fault.at == at and fault.spared:
                self._pending[index] = replace(fault, spared=fault.spared - 1)
            elif fault.at == at:
                left = replace(fault, times=fault.times - 1)
                self._pending[index : index + 1] = [left] if left.times > 0 else []
                return fault
        return None
