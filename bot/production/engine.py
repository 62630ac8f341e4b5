"""Previews, runs, undoes and looks by an action's name. It knows no Slack and keeps no trail."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, cast

from bot.bug.errors import Invalid, MakegoodError, NotFound, Refused
from bot.production import forms
from bot.production.action import Action, FromLook, Look, Preview, RunOutcome, RunRef, Table
from bot.production.catalogue.catalogue import Catalogue
from bot.production.catalogue.entry import CatalogueEntry
from bot.production.forms import Field
from bot.production.http.rollout import bound
from bot.production.redaction import Redactor
from bot.production.runtime import Runtime, Watch
from bot.production.tables import key_parts, key_text
from bot.production.targets import Elsewhere, Target, place_of, secrets_of

Values = Mapping[str, str]
"""Parameters as they were filled in. "target" names the target where the action leaves it open."""


@dataclass(frozen=True, kw_only=True)
class _Call:
    entry: CatalogueEntry
    action: Any
    runtime: Any
    place: str

    def placed(self, preview: Preview) -> Preview:
        return replace(preview, place=self.place)


class Engine:
    """Runs the catalogue's actions on the targets of the settings. Close it in the end."""

    def __init__(self, catalogue: Catalogue, targets: Mapping[str, Target], redactor: Redactor | None = None) -> None:
        self.catalogue = catalogue
        self.targets = dict(targets)
        self.redactor = redactor or Redactor(secrets_of(targets))
        self._places = {name: place_of(target) for name, target in targets.items()}
        self._runtimes: dict[str, Runtime] = {}

    def fields(self, name: str, values: Values | None = None) -> tuple[Field, ...]:
        """The form: the action's parameters, and the target where there is a choice. `values`: what is filled in so far.

        A key of several columns has a field for each, once its table is chosen.
        """
        entry = self.catalogue.find(name)
        fitting = self._fitting(entry)
        choice = Field(name="target", label="Where", kind="choice", choices=tuple(fitting))
        asked = (choice,) if not entry.target and len(fitting) > 1 else ()
        own = (self._filled(field, fitting) for field in forms.fields(entry.cls))
        return (*asked, *(each for field in own for each in _each(field, self._key(entry, field.key_of, values or {}))))

    def secret(self, name: str) -> frozenset[str]:
        """Parameters that nobody may read, and that are forgotten with the run."""
        return frozenset(field.name for field in self.fields(name) if field.kind == "secret")

    def parse(self, name: str, values: Values) -> Action | Look:
        """Checks what was filled in. Raises Invalid with a sentence for each wrong field."""
        entry = self.catalogue.find(name)
        self._target(entry, values)
        return cast("Action | Look", forms.parse(entry.cls, _parameters(entry, values)))

    def joined(self, name: str, values: Values) -> dict[str, str]:
        """The fields of a key as the one parameter that they are; capital letters in names do not matter. Raises Invalid."""
        entry = self.catalogue.find(name)
        values = {_named(entry, field): text for field, text in values.items()}
        told = dict(values)
        for param, table in entry.cls.key_of.items():
            parts = {field: told.pop(field) for field in values if field.startswith(f"{param}.")}
            if parts:
                told[param] = _joined(param, self._key(entry, table, values), parts)
        return told

    def spread(self, name: str, values: Values) -> dict[str, str]:
        """The way back: what a form of several key fields is filled in with."""
        entry, told = self.catalogue.find(name), dict(values)
        for param, table in entry.cls.key_of.items():
            key = self._key(entry, table, values)
            if len(key) > 1 and param in told:
                with suppress(Invalid):  # it does not fit the table that is chosen now
                    told |= zip((f"{param}.{c}" for c in key), key_parts(table, key, told[param]), strict=True)
        return told

    def suggest(self, name: str, facts: Mapping[str, str]) -> dict[str, str]:
        """Parameters that the error's own data fills in."""
        paths = self.catalogue.find(name).cls.from_facts
        found = {field: next((facts[p] for p in options if facts.get(p)), "") for field, options in paths.items()}
        return {field: text for field, text in found.items() if text}

    def suggested(self, name: str, facts: Mapping[str, str]) -> dict[str, str]:
        """The same; nothing of an action that is off or is not there."""
        try:
            return self.suggest(name, facts)
        except MakegoodError:
            return {}

    async def menu(self, name: str, field: str, target: str = "") -> tuple[tuple[str, str], ...]:
        """The (value, label) choices of a field that a look fills."""
        menu = next((f.menu for f in self.fields(name) if f.name == field), None)
        if menu is None:
            raise NotFound(f"{name} has no menu for {field!r}.")
        table = await self.look(menu.look, {"target": target} if target else {})
        return _choices(menu, table)

    async def preview(self, name: str, values: Values, run: RunRef) -> Preview:
        """What the run would do, for people to approve. Raises Refused where it may not."""
        entry = self.catalogue.usable(name)
        if entry.kind == "look":
            raise Refused(f"{name} only looks, so there is nothing to preview. Use: /fix look BUG-… {name}")
        call = self._call(entry, values)
        return call.placed(await call.runtime.preview(call.action, run))

    async def run(self, name: str, values: Values, preview: Preview, run: RunRef, watch: Watch) -> RunOutcome:
        """Does what was previewed, or nothing. The caller sees to it that this is called once."""
        try:
            call = self._call(self.catalogue.usable(name), values, preview)
        except MakegoodError as error:
            return _not_run(error)
        return cast("RunOutcome", await call.runtime.run(call.action, preview, run, watch))

    async def undo_preview(self, name: str, values: Values, image: bytes | None, run: RunRef) -> Preview:
        """What an undo would do. `image` is the run's own."""
        call = self._call(self._undoing(name), values, again=True)
        return call.placed(await call.runtime.undo_preview(call.action, image, run))

    async def undo(
        self, name: str, values: Values, image: bytes | None, preview: Preview, run: RunRef, watch: Watch
    ) -> RunOutcome:
        try:
            call = self._call(self._undoing(name), values, preview, again=True)
        except MakegoodError as error:
            return _not_run(error)
        return cast("RunOutcome", await call.runtime.undo(call.action, image, preview, run, watch))

    def must_be_as_approved(self, name: str, values: Values, preview: Preview, *, undoing: bool) -> None:
        """Raises what stands against a run now: its action is off or gone, its target is another one. Touches nothing."""
        entry = self._undoing(name) if undoing else self.catalogue.usable(name)
        self._call(entry, values, preview, again=undoing)

    async def investigate(
        self,
        name: str,
        values: Values,
        preview: Preview,
        image: bytes | None,
        run: RunRef,
        watch: Watch,
        *,
        undoing: bool = False,
    ) -> RunOutcome:
        """After a cut-off: what production says of this run, or of this undo. `image` is what its watch was last given to keep."""
        call = self._call(self._undoing(name), values, preview, again=True)
        seen = await call.runtime.investigate(call.action, preview, image, run, watch, undoing=undoing)
        return cast("RunOutcome", seen)

    def _undoing(self, name: str) -> CatalogueEntry:
        """An undo of rows goes by the rows that are kept; any other is the action's own code, and that must be on."""
        entry = self.catalogue.find(name)
        return entry if entry.kind == "sql" else self.catalogue.usable(name)

    async def check(self, name: str, values: Values) -> int | None:
        """How many rows still show the problem, by the action's own query; None where it has none."""
        call = self._call(self.catalogue.usable(name), values)
        return cast("int | None", await call.runtime.check(call.action)) if call.entry.kind == "sql" else None

    async def look(self, name: str, values: Values) -> Table:
        """A look's rows, for the asker's eyes."""
        entry = self.catalogue.usable(name)
        if entry.kind != "look":
            raise Refused(f"{name} changes things; it is a fix, not a look. Use: /fix BUG-… {name}")
        call = self._call(entry, values)
        return cast("Table", await call.runtime.look(call.action, name))

    async def close(self) -> None:
        for runtime in self._runtimes.values():
            await runtime.close()
        self._runtimes.clear()

    def _call(
        self, entry: CatalogueEntry, values: Values, preview: Preview | None = None, *, again: bool = False
    ) -> _Call:
        target = self._target(entry, values)
        if preview is not None and (preview.action, preview.target) != (entry.name, target):
            raise Refused(f"What was approved is {preview.action} on {preview.target}, not {entry.name} on {target}.")
        # an address that was changed in the settings between approval and run would be another production
        place = self._places[target]
        if preview is not None and preview.place not in {"", place}:
            raise Refused(
                f"The target {target} is not what it was at the preview: its address, hosts or tables were changed."
            )
        # an undo has no secrets any more: what was masked stays masked, and is not refused as too short
        read = forms.remembered if again else forms.parse
        action = read(bound(entry.cls, self.targets[target]), _parameters(entry, values))
        return _Call(entry=entry, action=action, runtime=self._runtime(target), place=place)

    def _target(self, entry: CatalogueEntry, values: Values) -> str:
        fitting = self._fitting(entry)
        named = entry.target or values.get("target", "")
        if named in fitting:
            return named
        there = ", ".join(fitting) or "none yet"
        if not named and len(fitting) == 1:
            return fitting[0]
        said = f"There is no such target for {entry.name}." if named else f"{entry.name} could run in several places."
        raise Invalid(f"{said} Targets: {there}.", {"target": f"Choose one of: {there}."})

    def _fitting(self, entry: CatalogueEntry) -> list[str]:
        return [name for name, target in self.targets.items() if entry.fits(target)]

    def _filled(self, field: Field, fitting: list[str]) -> Field:
        if not field.from_tables:
            return field
        tables = [t for name in fitting for t in getattr(self.targets[name], "tables", ())]
        return replace(field, choices=tuple(dict.fromkeys(tables)))

    def _key(self, entry: CatalogueEntry, table: str, values: Values) -> tuple[str, ...]:
        """The key columns of the chosen table; empty before one is chosen."""
        chosen = values.get(table, "")
        fitting = [values["target"]] if values.get("target") in self.targets else self._fitting(entry)
        keys = (getattr(self.targets[name], "tables", {}) for name in fitting)
        return next((key for tables in keys if (key := _key_of(chosen, tables))), ())

    def _runtime(self, name: str) -> Runtime:
        if isinstance(self.targets[name], Elsewhere):
            raise Refused(f"What {name} takes is held by another process, which alone reaches production.")
        if name not in self._runtimes:
            self._runtimes[name] = _runtime(self.targets[name], self.redactor)
        return self._runtimes[name]


def _not_run(error: MakegoodError) -> RunOutcome:
    """Before any runtime was asked: nothing was touched, for certain."""
    return RunOutcome(state="lapsed", summary=f"Nothing was run. {error} Preview it again.")


def _runtime(target: Target, redactor: Redactor) -> Runtime:
    """`sql.SqlRuntime`, `ssh.SshRuntime` or `http.HttpRuntime`; its libraries are loaded when a target first needs them."""
    module = import_module(f"bot.production.{target.kind}.runtime")
    return cast("Runtime", getattr(module, f"{target.kind.capitalize()}Runtime")(target, redactor))


def _named(entry: CatalogueEntry, field: str) -> str:
    """A parameter as its action spells it; one that there is not stays as it was written, for the sentence about it."""
    head, dot, column = field.partition(".")
    known = ("target", *entry.cls.model_fields)
    alike = [head] if head in known else [name for name in known if name.casefold() == head.casefold()]
    return f"{alike[0]}{dot}{column}" if len(alike) == 1 else field


def _key_of(chosen: str, tables: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Of a table as the settings write it, or as people do: with its schema, in quotes, in other letters. Empty: none, or several."""
    alike = [chosen] if chosen in tables else [table for table in tables if _bare(table) == _bare(chosen)]
    return tables[alike[0]] if len(alike) == 1 else ()


def _bare(table: str) -> str:
    return table.rpartition(".")[2].strip('"`').casefold()


def _each(field: Field, key: tuple[str, ...]) -> tuple[Field, ...]:
    if len(key) < 2:  # noqa: PLR2004 - a key of one column is one field
        return (field,)
    return tuple(replace(field, name=f"{field.name}.{c}", label=f"{field.label}: {c}", help="") for c in key)


def _joined(param: str, key: tuple[str, ...], parts: Mapping[str, str]) -> str:
    wanted = [f"{param}.{column}" for column in key]
    exact = {field.casefold(): field for field in wanted}
    parts = {field if field in wanted else exact.get(field.casefold(), field): text for field, text in parts.items()}
    if unknown := [field for field in parts if field not in wanted]:
        known = ", ".join(wanted) if len(key) > 1 else param
        raise Invalid(f"There is no {unknown[0]}. The row's key is: {known}.", {unknown[0]: f"The key is: {known}."})
    if missing := [field for field in wanted if field not in parts]:
        raise Invalid(f"{missing[0]}: Please fill this in.", {missing[0]: "Please fill this in."})
    return key_text(tuple(parts[field] for field in wanted))


def _parameters(entry: CatalogueEntry, values: Values) -> dict[str, str]:
    ours = "target" in entry.cls.model_fields or entry.target
    return {name: text for name, text in values.items() if name != "target" or ours}


def _choices(menu: FromLook, table: Table) -> tuple[tuple[str, str], ...]:
    value = table.columns.index(menu.value)
    label = table.columns.index(menu.label or menu.value)
    return tuple((str(row[value]), str(row[label])) for row in table.rows if row[value] is not None)
