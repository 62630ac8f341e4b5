"""Finds the approved actions and looks: one class in each file of the catalogue's folders.

A file is read as text (`source.declared`) and is executed only once its source was allowed: by the list of what is
shipped, or by an approver.
"""

import hashlib
import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from bot import shipped
from bot.bug.errors import NotFound, Refused
from bot.production.action import Action, HttpAction, Look, SqlAction, SshAction
from bot.production.catalogue.check import Problem, check_entry
from bot.production.catalogue.entry import CatalogueEntry
from bot.production.catalogue.source import Declared, Kind, Unusable, declared, decoded
from bot.production.targets import Target

_BASES: Mapping[Kind, type[Action | Look]] = {"sql": SqlAction, "ssh": SshAction, "http": HttpAction, "look": Look}
_NOBODY: Mapping[str, str] = MappingProxyType({})
_Allows = Callable[[str, str], bool]
"""Whether the file of this name may run with this SHA-256."""


class Catalogue:
    """What may be run, by name. Broken files are left out and listed in `problems`."""

    def __init__(self, entries: Mapping[str, CatalogueEntry], problems: Iterable[Problem] = ()) -> None:
        self.entries = dict(sorted(entries.items()))
        self.problems = tuple(problems)

    @classmethod
    def load(cls, paths: Iterable[Path] = (shipped.ACTIONS,), allowed: Mapping[str, str] = _NOBODY) -> "Catalogue":
        """Reads the folders. `allowed` maps a name to the SHA-256 that an approver turned on.

        A shipped action is on as it came. Every other file is read and not executed.
        """
        came = shipped.digests()
        return cls._read(paths, lambda name, sha: sha in {came.get(name), allowed.get(name)})

    @classmethod
    def trusting(cls, paths: Iterable[Path]) -> "Catalogue":
        """Executes whatever stands in the folders: for whoever has just written it, in tests."""
        return cls._read(paths, lambda _name, _sha: True)

    @classmethod
    def _read(cls, paths: Iterable[Path], allows: _Allows) -> "Catalogue":
        entries: dict[str, CatalogueEntry] = {}
        problems: list[Problem] = []
        for path in (file for folder in paths for file in sorted(folder.glob("[!_]*.py"))):
            if (there := entries.get(name_of(path))) is not None:
                problems.append(Problem(path=path, said=f"{there.name} is there already: {there.path}."))
                continue
            try:
                entries[name_of(path)] = _read(path, allows)
            except Unusable as error:
                problems.append(Problem(path=path, said=str(error)))
        return cls(entries, problems)

    def renew(self, other: "Catalogue") -> None:
        """Takes over what was read anew, so that everybody who holds this catalogue sees it."""
        self.entries.clear()
        self.entries.update(other.entries)
        self.problems = other.problems

    def find(self, name: str) -> CatalogueEntry:
        """An action or a look, turned on or not; capital letters and underscores in `name` do not matter where one is meant.

        Raises NotFound, or Refused for a file that can't be used.
        """
        alike = [name] if name in self.entries else [known for known in self.entries if _plain(known) == _plain(name)]
        if len(alike) == 1:
            return self.entries[alike[0]]
        if broken := next((problem for problem in self.problems if name_of(problem.path) == name), None):
            raise Refused(f"{name} can't be used. {broken}")
        near = get_close_matches(_plain(name), self.entries, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"There is: {', '.join(self.entries) or 'nothing yet'}."
        raise NotFound(f"There is no action “{name}”. {hint}" if name else f"Name an action. {hint}")

    def usable(self, name: str) -> CatalogueEntry:
        """As `find`, and refuses what is off."""
        entry = self.find(name)
        _ = entry.cls
        return entry

    def check(self, targets: Mapping[str, Target] | None) -> tuple[Problem, ...]:
        """Everything a careful reader would complain about. Without `targets` nothing is said about them."""
        found = (problem for entry in self.entries.values() for problem in check_entry(entry, self.entries, targets))
        return (*self.problems, *found)


def _plain(name: str) -> str:
    return name.casefold().replace("_", "-")


def name_of(path: Path) -> str:
    """ "delete_row.py" is "delete-row"."""
    return path.stem.replace("_", "-")


def load_action(path: Path) -> type[Any]:
    """The class of one file, executed as it is: for the test of an action of your own.

    Raises MakegoodError with the sentence that `makegood actions check` would say.
    """
    return _read(path, lambda _name, _sha: True).cls


def _read(path: Path, allows: _Allows) -> CatalogueEntry:
    code = _bytes(path)
    sha = hashlib.sha256(code).hexdigest()
    return _entry(path, code, sha, loads=allows(name_of(path), sha))


@lru_cache(maxsize=512)
def _entry(path: Path, code: bytes, sha: str, *, loads: bool) -> CatalogueEntry:
    """The same file is the same class for as long as its bytes are the same, however often the folders are read."""
    source = decoded(code)
    says = declared(source)
    loaded = _loaded(path, source, sha, says) if loads else None
    return CatalogueEntry(name=name_of(path), path=path, sha=sha, source=source, says=says, loaded=loaded)


def _bytes(path: Path) -> bytes:
    if not path.is_file():  # a pipe of that name would be waited for
        raise Unusable("It is no file.")
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unusable(f"The file can't be read: {error.strerror}.") from error


def _loaded(path: Path, source: str, sha: str, says: Declared) -> type[Any]:
    """The class, which has to be what the text said that it is."""
    module = _execute(path, source, sha)
    bases = tuple(_BASES.values())
    own = [c for c in vars(module).values() if isinstance(c, type) and c.__module__ == module.__name__]
    found = [c for c in own if issubclass(c, bases)]
    if [c.__name__ for c in found] != [says.cls] or not issubclass(found[0], _BASES[says.kind]):
        raise Unusable(
            f"A file holds one action or look, written out as one class; once loaded, this one has {len(found)}."
        )
    cls: Any = found[0]
    if other := [what for what, same in _same(cls, says).items() if not same]:
        raise Unusable(f"Once loaded, its {' and '.join(other)} is not what its text says. Write it out in the class.")
    cls.slug, cls.source_sha = name_of(path), sha
    return found[0]


def _same(cls: Any, says: Declared) -> Mapping[str, bool]:
    """What people decide on: the text's word against the class's."""
    return {
        "docstring": inspect.cleandoc(vars(cls).get("__doc__") or "").strip() == says.help,
        "risk": vars(cls).get("risk") == says.risk,
        "target": getattr(cls, "target", "") == says.target,
        "list of parameters": list(cls.model_fields) == [p.name for p in says.parameters],
    }


def _execute(path: Path, source: str, sha: str) -> ModuleType:
    """Runs the very text that was hashed and read, so that nothing can change in between."""
    module = ModuleType(f"makegood_action_{path.stem}_{sha[:12]}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # pydantic resolves annotations there
    try:
        exec(compile(source, str(path), "exec"), module.__dict__)  # noqa: S102 - the catalogue is code; only allowed code runs
    except (Exception, SystemExit) as error:  # whatever is wrong with a file, the others must stay usable
        del sys.modules[module.__name__]
        said = str(error).split("\n", maxsplit=1)[0]
        raise Unusable(f"The file does not load: {type(error).__name__}{said and f': {said}'}") from error
    return module
