"""Finds the approved actions and looks: one class in each file of the catalogue's folders."""

import hashlib
import sys
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

from bot import shipped
from bot.bug.errors import MakegoodError, NotFound, Refused
from bot.production.action import Action, HttpAction, Look, SqlAction, SshAction
from bot.production.catalogue_check import Problem, check_entry
from bot.production.catalogue_entry import CatalogueEntry, Kind
from bot.production.targets import Target

_BASES: dict[Kind, type[Action | Look]] = {"sql": SqlAction, "ssh": SshAction, "http": HttpAction, "look": Look}


class _Unusable(MakegoodError):
    """A file of the catalogue can't be used; the message says why."""


class Catalogue:
    """What may be run, by name. Broken files are left out and listed in `problems`."""

    def __init__(self, entries: Mapping[str, CatalogueEntry], problems: Iterable[Problem] = ()) -> None:
        self.entries = dict(sorted(entries.items()))
        self.problems = tuple(problems)

    @classmethod
    def load(cls, paths: Iterable[Path] = (shipped.ACTIONS,), allowed: Mapping[str, str] | None = None) -> "Catalogue":
        """Reads the folders. `allowed` maps a name to the SHA-256 that an approver turned on; None allows all there is.

        A shipped action is on as it came.
        """
        entries: dict[str, CatalogueEntry] = {}
        problems: list[Problem] = []
        for path in (file for folder in paths for file in sorted(folder.glob("[!_]*.py"))):
            try:
                entry = _read(path, allowed)
            except _Unusable as error:
                problems.append(Problem(path=path, said=str(error)))
                continue
            if entry.name in entries:
                problems.append(Problem(path=path, said=f"{entry.name} is there already: {entries[entry.name].path}."))
            entries.setdefault(entry.name, entry)
        return cls(entries, problems)

    def find(self, name: str) -> CatalogueEntry:
        """An action or a look, turned on or not."""
        if name in self.entries:
            return self.entries[name]
        near = get_close_matches(name, self.entries, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"There is: {', '.join(self.entries) or 'nothing yet'}."
        raise NotFound(f"There is no action {name!r}. {hint}")

    def usable(self, name: str) -> CatalogueEntry:
        """As `find`, and refuses what is off."""
        entry = self.find(name)
        if entry.allowed:
            return entry
        raise Refused(
            f"{name} is off: its file is new or has changed since an approver turned it on. "
            f"An approver reads {entry.path.name} and then turns it on with: makegood actions allow {name}"
        )

    def check(self, targets: Mapping[str, Target]) -> tuple[Problem, ...]:
        """Everything a careful reader would complain about."""
        found = (problem for entry in self.entries.values() for problem in check_entry(entry, self.entries, targets))
        return (*self.problems, *found)


def _read(path: Path, allowed: Mapping[str, str] | None) -> CatalogueEntry:
    code = path.read_bytes()
    sha = hashlib.sha256(code).hexdigest()
    name = path.stem.replace("_", "-")
    cls = _only_class(_execute(path, code, sha))
    cls.slug, cls.source_sha = name, sha
    kind = next(kind for kind, base in _BASES.items() if issubclass(cls, base))
    on = allowed is None or sha in {shipped.digests().get(name), allowed.get(name)}
    return CatalogueEntry(name=name, kind=kind, cls=cls, path=path, sha=sha, source=code.decode(), allowed=on)


def _execute(path: Path, code: bytes, sha: str) -> ModuleType:
    """Runs the very bytes that were hashed, so that nothing can change in between."""
    module = ModuleType(f"makegood_action_{path.stem}_{sha[:12]}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # pydantic resolves annotations there
    try:
        exec(compile(code, str(path), "exec"), module.__dict__)  # noqa: S102 - the catalogue is code; only approved code runs
    except Exception as error:  # whatever is wrong with a file, the others must stay usable
        del sys.modules[module.__name__]
        raise _Unusable(f"The file does not load: {type(error).__name__}: {error}") from error
    return module


def _only_class(module: ModuleType) -> type[Any]:
    bases = tuple(_BASES.values())
    own = (c for c in vars(module).values() if isinstance(c, type) and c.__module__ == module.__name__)
    found = [c for c in own if issubclass(c, bases)]
    if len(found) == 1:
        return found[0]
    raise _Unusable(f"A file holds one action or look; this one holds {len(found) or 'none'}.")
