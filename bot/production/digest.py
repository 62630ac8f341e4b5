"""Computes the digest that binds an approval to its preview. Pure."""

import hashlib
import json
from typing import Any

from bot.production.action import Action, RunRef


def digest_of(action: Action, run: RunRef, *, target: str, executes: Any, rows: Any = ()) -> str:
    """SHA-256 over all that will execute. `executes` and `rows` are plain JSON; secrets enter it, salted by the run's salt."""
    params = {name: _plain(getattr(action, name)) for name in type(action).model_fields}
    what = {
        "action": type(action).slug,
        "source": type(action).source_sha,
        "params": params,
        "target": target,
        "executes": executes,
        "rows": rows,
    }
    text = run.salt + json.dumps(what, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> str | None:
    reveal = getattr(value, "get_secret_value", None)
    if value is None:
        return None
    return str(reveal() if reveal else value)
