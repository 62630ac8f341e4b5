"""Names the rules by which this version folds: a state that was folded by others is folded anew from its entries, never trusted."""

from functools import cache
from hashlib import sha256
from pathlib import Path

import bot.bug
from bot.bug import lifecycle, workspace
from bot.ledger import codec
from bot.ledger.index import facets

UNFOLDED = "?"
"""In place of a shape: entries were added that nobody has folded yet."""
LENGTH = 16


@cache
def shape() -> str:
    """The fingerprint: of each kind's name, and of the source of all that folds. A few milliseconds once; then it is at hand.

    Of the source and not of the fields alone: a state whose fields are the same may still say something else.
    """
    found = sha256("\n".join([*sorted(lifecycle.KINDS), *sorted(workspace.KINDS)]).encode())
    rules = Path(bot.bug.__file__).parent
    for file in (*sorted(rules.rglob("*.py")), Path(codec.__file__), Path(facets.__file__)):
        found.update(file.read_bytes())
    return found.hexdigest()[:LENGTH]
