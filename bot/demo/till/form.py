"""Stripe's form encoding, `items[0][price]=p_1`, back into nested values."""

import re
from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]


def nested(pairs: Iterable[tuple[str, str]]) -> Json:
    """{"items": {"0": {"price": "p_1"}}} becomes {"items": [{"price": "p_1"}]}."""
    tree: Json = {}
    for name, value in pairs:
        *path, last = re.findall(r"[^\[\]]+", name)
        branch = tree
        for part in path:
            branch = branch.setdefault(part, {})
        branch[last] = value
    return {name: _listed(value) for name, value in tree.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(part) for name, part in value.items()}
    if inner and all(name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner
