"""One file of the catalogue, as it was read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.bug.errors import Refused
from bot.production.catalogue.source import Declared, Kind
from bot.production.targets import HttpTarget, Target


@dataclass(frozen=True, kw_only=True, slots=True)
class CatalogueEntry:
    """One action or look of the catalogue, as its text says."""

    name: str
    path: Path
    sha: str
    source: str
    says: Declared
    loaded: type[Any] | None
    """None: its source was not allowed, so it has never been executed."""

    @property
    def allowed(self) -> bool:
        """Off until an approver has turned this very source on."""
        return self.loaded is not None

    @property
    def cls(self) -> type[Any]:
        """The class itself. Raises Refused while it is off."""
        if self.loaded is not None:
            return self.loaded
        raise Refused(
            f"{self.name} is off: its file is new or has changed since an approver turned it on. "
            f"An approver reads {self.path.name} and then turns it on with: makegood actions allow {self.name}"
        )

    @property
    def kind(self) -> Kind:
        return self.says.kind

    @property
    def runs_on(self) -> str:
        """The kind of its targets: a look reads a database."""
        return "sql" if self.kind == "look" else self.kind

    def fits(self, target: Target) -> bool:
        """Whether it could run there. Releases are rolled out only where the target says which."""
        if target.kind != self.runs_on:
            return False
        rolls = bool(getattr(self.loaded, "deploys", False))
        return not rolls or not isinstance(target, HttpTarget) or bool(target.repository or target.project)

    @property
    def target(self) -> str:
        return self.says.target

    @property
    def help(self) -> str:
        return self.says.help
