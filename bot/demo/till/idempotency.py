"""Stripe's memory of answers: the same key and parameters get the stored answer, even a 500; other parameters get a 400."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.demo.till.params import StripeRefusal


@dataclass(frozen=True, kw_only=True)
class Stored:
    asked: str
    status: int
    body: Mapping[str, Any]


class Memory:
    def __init__(self) -> None:
        self._answers: dict[str, Stored] = {}

    def find(self, key: str, path: str, given: Mapping[str, Any]) -> Stored | None:
        stored = self._answers.get(key)
        if stored is not None and stored.asked != _asked(path, given):
            told = f"Keys for idempotent requests can only be used with the same parameters they were first used with ('{key}')."
            raise StripeRefusal(400, told, kind="idempotency_error")
        return stored

    def keep(self, key: str, path: str, given: Mapping[str, Any], status: int, body: Mapping[str, Any]) -> None:
        if key:
            copy = json.loads(json.dumps(body))
            self._answers[key] = Stored(asked=_asked(path, given), status=status, body=copy)


def _asked(path: str, given: Mapping[str, Any]) -> str:
    return json.dumps([path, given], sort_keys=True)
