"""Bounded faults: each strikes a number of times and is gone."""

from dataclasses import dataclass, replace

from aiohttp import web

TOO_MANY = 429
KINDS = frozenset({"429", "500", "503", "hang", "after_500", "after_cut", "after_hang", "nonsense"})
"""`after_…`: the service does what was asked first, and only then fails."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    kind: str
    method: str
    times: int
    retry_after: int


class Faults:
    def __init__(self, kinds: frozenset[str] = KINDS) -> None:
        self._kinds = kinds
        self._pending: list[Fault] = []

    @property
    def pending(self) -> tuple[Fault, ...]:
        return tuple(self._pending)

    def add(self, kind: str, *, method: str = "POST", times: int = 1, retry_after: int = 1) -> None:
        if kind not in self._kinds:
            raise ValueError(f"no such fault: {kind!r}; there are {sorted(self._kinds)}")
        self._pending.append(Fault(kind=kind, method=method, times=times, retry_after=retry_after))

    def clear(self) -> None:
        self._pending.clear()

    def take(self, method: str = "POST") -> Fault | None:
        for index, fault in enumerate(self._pending):
            if fault.method == method:
                left = replace(fault, times=fault.times - 1)
                self._pending[index : index + 1] = [left] if left.times else []
                return fault
        return None


def too_many(fault: Fault) -> web.Response:
    return web.json_response(
        {"error": "Too many requests"}, status=TOO_MANY, headers={"Retry-After": str(fault.retry_after)}
    )
