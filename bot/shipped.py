"""Finds what is shipped beside the code: the actions, the migrations and the manifest of the Slack app."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

_INSIDE = Path(__file__).with_name("_shipped")
"""Where a wheel carries it; a checkout has the same at its top level."""
_HERE = _INSIDE if _INSIDE.is_dir() else Path(__file__).parents[1]

ACTIONS = _HERE.resolve() / "actions"
MIGRATIONS = _HERE / "migrations"
MANIFEST = _HERE / "app_manifest.yml"


@cache
def digests() -> Mapping[str, str]:
    """Each shipped action's SHA-256 by name, as `make digests` wrote them. A file that is not among them is not shipped."""
    lines = (ACTIONS / "SHA256SUMS").read_text().splitlines()
    return {file.removesuffix(".py").replace("_", "-"): sha for sha, file in map(str.split, lines)}
