"""Writes the two files with which `makegood actions new NAME` begins an action. Pure.

Each place that its author has to fill in says TODO; `makegood actions check` finds those that are left.
"""

from bot.bug.errors import Invalid
from bot.production.catalogue.source import Kind

_ACTIONS = {
    "sql": '''"""TODO: why this action is needed."""

from sqlalchemy import Update, update

from bot.api import Risk, SqlAction, Tables


class {cls}(SqlAction):
    """TODO: say in one sentence what it does to production."""

    risk = Risk.MEDIUM

    id: int

    def lock_key(self) -> str:
        return f"menus/{{self.id}}"  # TODO: your own table; two runs with one key never overlap

    def statement(self, tables: Tables) -> Update:
        # TODO: your own table and columns
        return update(tables["menus"]).where(tables.key("menus") == self.id).values(state="draft")
''',
    "look": '''"""TODO: what this look is good for."""

from typing import Any

from sqlalchemy import Select, select

from bot.api import Look, Tables


class {cls}(Look):
    """TODO: say in one sentence what it shows."""

    id: int

    def query(self, tables: Tables) -> Select[Any]:
        # TODO: your own table and columns
        return select(*tables.shown("menus")).where(tables.key("menus") == self.id)
''',
    "ssh": '''"""TODO: why this action is needed."""

from bot.api import Risk, SshAction


class {cls}(SshAction):
    """TODO: say in one sentence what it does to production."""

    risk = Risk.MEDIUM
    command = "regenerate --menu {{menu}}"  # TODO: your own command; each parameter is one quoted argument

    menu: int
''',
    "http": '''"""TODO: why this action is needed."""

from bot.api import HttpAction, Request, Risk


class {cls}(HttpAction):
    """TODO: say in one sentence what it does to production."""

    risk = Risk.MEDIUM

    menu: int

    def request(self) -> Request:
        # TODO: your own endpoint, below the target's base_url
        return Request(path="/menus/{{menu}}/rebuild", segments={{"menu": str(self.menu)}})
''',
}
_TEST = '''"""{name}: documented, and strict about its parameters."""

from pathlib import Path

import pytest

from bot.api import Invalid, load_action, parse

ACTION = load_action(Path("{folder}/{stem}.py"))


def test_{stem}_has_a_help() -> None:
    assert ACTION.__doc__


def test_{stem}_refuses_a_{field}_that_is_no_number() -> None:
    with pytest.raises(Invalid, match="whole number"):
        parse(ACTION, {{"{field}": "thirteen"}})
'''


def scaffold(name: str, kind: Kind, folder: str = "actions") -> tuple[str, str]:
    """The text of the action's file and of its test, which runs beside `folder`. Raises Invalid for a name that no file can have."""
    stem = name.replace("-", "_")
    if not stem.isidentifier() or stem != stem.lower() or stem.startswith("_"):
        raise Invalid(f"{name!r} is no name for an action. Write it like delete-row: small letters and dashes.")
    cls = "".join(part.capitalize() for part in stem.split("_"))
    field = "id" if kind in ("sql", "look") else "menu"
    named = stem.replace("_", "-")
    return _ACTIONS[kind].format(cls=cls), _TEST.format(name=named, stem=stem, field=field, folder=folder)
