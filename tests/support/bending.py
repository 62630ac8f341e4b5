"""Damage to a delivery: fields that are gone, of another type, too long, or of no language."""

import copy
import random
from collections.abc import Callable
from typing import Any

ODD: tuple[object, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        10**30,
        1e308,
        float("inf"),
        float("nan"),
        "",
        " ",
        "\x00",
        "\ud800",
        "\u202e",
        "0001-01-01",
    ),
    *(
        "12",
        "-3",
        "https://",
        "http://[",
        "file:///etc",
        [],
        {},
        [[]],
        {"": ""},
        ["x"] * 300,
        {"a": {"b": {"c": [1, {"d": 2}]}}},
    ),
    *("👩‍👩‍👧" * 200, "e\u0301" * 3_000, "x" * 70_000, {str(number): number for number in range(400)}),
)


def bent(value: dict[str, Any], chance: random.Random, cuts: int) -> dict[str, Any]:
    """The same with so many places damaged."""
    damaged = copy.deepcopy(value)
    for _ in range(cuts):
        spots = list(_spots(damaged))
        if spots:
            chance.choice(spots)(chance)
    return damaged


def _spots(value: Any) -> list[Callable[[random.Random], None]]:
    """A way to damage each place in the JSON."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    own = [lambda chance, key=key: _damage(value, key, chance) for key in keys]
    return [*own, *(spot for key in keys for spot in _spots(value[key]))]


def _damage(holder: Any, key: Any, chance: random.Random) -> None:
    if chance.random() < 0.25:
        del holder[key]
    elif chance.random() < 0.2:
        holder[key] = {"nested": [holder[key]]}
    else:
        holder[key] = copy.deepcopy(chance.choice(ODD))
