"""One file of the catalogue, as it was read."""

from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict

from bot.bug.values import Frozen

Kind = Literal["sql", "ssh", "http", "look"]


class CatalogueEntry(Frozen):
    """One action or look of the catalogue."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    name: str
    kind: Kind
    cls: type[Any]
    path: Path
    sha: str
    source: str
    allowed: bool
    """Off until an approver has turned this very source on."""

    @property
    def help(self) -> str:
        return (self.cls.__doc__ or "").strip()
