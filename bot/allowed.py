"""The catalogue with the actions that approvers have turned on: the shipped ones, and the team's own as they were allowed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot import shipped
from bot.bug.errors import Misconfigured, NotFound, Refused
from bot.ledger import workspace
from bot.ledger.ledger import Ledger
from bot.production.catalogue.catalogue import Catalogue

Stamps = frozenset[tuple[Path, int, int]]
"""When each file of the folders was last written (nanoseconds), and its size in bytes."""


@dataclass
class AllowedActions:
    """`folders` are the team's own. There is one `catalogue` for everybody; `refresh` renews it in place."""

    folders: Sequence[Path]
    ledger: Ledger
    catalogue: Catalogue
    _on: Mapping[str, str]
    _read_at: Stamps

    @classmethod
    async def load(cls, folders: Sequence[Path], ledger: Ledger) -> "AllowedActions":
        now, stamps = await workspace.load(ledger), _stamps(folders)  # before they are read: a later change is seen
        return cls(folders, ledger, _read(folders, now.allowed), now.allowed, stamps)

    async def refresh(self) -> None:
        """An approver turned an action on: it may run from now on. A file that has changed is off."""
        self._on, self._read_at = (await workspace.load(self.ledger)).allowed, _stamps(self.folders)
        self.catalogue.renew(_read(self.folders, self._on))

    async def follow(self) -> None:
        """The same, where an approver turned one on elsewhere (by the command, or in another process), or a file has changed."""
        if (await workspace.load(self.ledger)).allowed != self._on or _stamps(self.folders) != self._read_at:
            await self.refresh()


def must_be_actions(catalogue: Catalogue, modes: Iterable[str]) -> None:
    """Raises Misconfigured for a mode of an action that there is not, or of a look. A file that can't be used is told elsewhere."""
    for name in modes:
        if problem := _other(catalogue, name, "a look only reads, so it has no mode. Take the line out.", look=False):
            raise Misconfigured(f"makegood.toml: actions.mode.{name}: {problem}")


def must_be_looks(catalogue: Catalogue, probes: Mapping[str, str]) -> None:
    """The same for the looks that probes name, by probe; an empty name is a page's."""
    for probe, name in probes.items():
        acts = f"{name} is an action, and a probe only reads. Name a look, or write a url."
        if name and (problem := _other(catalogue, name, acts, look=True)):
            raise Misconfigured(f"makegood.toml: probes.{probe}.look: {problem}")


def _other(catalogue: Catalogue, name: str, said: str, *, look: bool) -> str:
    """Why a name of the settings is not what it has to be, of the wrong kind `said`; empty where it is."""
    try:
        entry = catalogue.find(name)
    except NotFound as error:
        return str(error)
    except Refused:
        return ""
    if entry.name != name:  # people may type it otherwise, but what the settings say is looked up as it is written
        return f"There is no action “{name}”. Did you mean {entry.name}?"
    return "" if (entry.kind == "look") == look else said


def _stamps(folders: Sequence[Path]) -> Stamps:
    return frozenset(_stamp(file) for folder in (shipped.ACTIONS, *folders) for file in folder.glob("[!_]*.py"))


def _stamp(file: Path) -> tuple[Path, int, int]:
    """One that is gone meanwhile, or is a broken link, is a change too."""
    try:
        found = file.stat()
    except OSError:
        return file, 0, 0
    return file, found.st_mtime_ns, found.st_size


def _read(folders: Sequence[Path], on: Mapping[str, str]) -> Catalogue:
    return Catalogue.load((shipped.ACTIONS, *folders), on)
