"""Bounded faults: each is asked for by a test or the page, strikes a number of times, and is gone."""

from collections.abc import Callable
from dataclasses import dataclass, replace

ANY = "*"
DELIVERY_KINDS = frozenset({"drop_ack", "duplicate", "reorder", "disconnect", "too_many_websockets"})
CALL_KINDS = frozenset({"429", "500", "after_500", "drop_after", "hang", "after_hang"})


@dataclass(frozen=True, kw_only=True)
class Fault:
    kind: str
    method: str = ANY
    times: int = 1
    retry_after: int = 1

    def strikes(self, method: str) -> bool:
        return self.method in {ANY, method}


class Faults:
    """`method` is a Web API method for the faults of calls, an envelope's kind for those of deliveries."""

    def __init__(self) -> None:
        self._pending: list[Fault] = []

    @property
    def pending(self) -> tuple[Fault, ...]:
        return tuple(self._pending)

    def add(self, *, kind: str, method: str = ANY, times: int = 1, retry_after: int = 1) -> None:
        if kind not in DELIVERY_KINDS | CALL_KINDS and not kind.startswith("error:"):
            raise ValueError(
                f"no such fault: {kind!r}; there are {sorted(DELIVERY_KINDS | CALL_KINDS)} and 'error:code'"
            )
        self._pending.append(Fault(kind=kind, method=method, times=times, retry_after=retry_after))

    def clear(self) -> None:
        self._pending.clear()

    def take_for_call(self, method: str) -> Fault | None:
        return self._take(lambda fault: fault.kind not in DELIVERY_KINDS and fault.strikes(method))

    def take_for_delivery(self, kind: str, envelope: str = ANY) -> bool:
        return self._take(lambda fault: fault.kind == kind and fault.strikes(envelope)) is not None

    def _take(self, fits: Callable[[Fault], bool]) -> Fault | None:
        for index, fault in enumerate(self._pending):
            if fits(fault):
                left = replace(fault, times=fault.times - 1)
                self._pending[index : index + 1] = [left] if left.times > 0 else []
                return fault
        return None
