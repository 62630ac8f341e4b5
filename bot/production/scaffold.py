"""The beginning of an action of one's own: `makegood actions new NAME` writes these two files. Pure."""

from typing import Literal

from bot.bug.errors import Invalid

_ACTIONS = {
    "sql": '''"""Why this action is needed."""

from sqlalchemy import Update, update

from bot.production.action import Risk, SqlAction
from bot.production.tables import Tables


class {cls}(SqlAction):
    """Say in one sentence what it does to production."""

    risk = Risk.MEDIUM

    id: int

    def lock_key(self) -> str:
        return f"menus/{{self.id}}"

    def statement(self, tables: Tables) -> Update:
        return update(tables["menus"]).where(tables.key("menus") == self.id).values(state="draft")
''',
    "look": '''"""What this look is good for."""

from typing import Any

from sqlalchemy import Select, select

from bot.production.action import Look
from bot.production.tables import Tables


class {cls}(Look):
    """Say in one sentence what it shows."""

    id: int

    def query(self, tables: Tables) -> Select[Any]:
        return select(*tables.shown("menus")).where(tables.key("menus") == self.id)
''',
    "ssh": '''"""Why this action is needed."""

from bot.production.action import Risk, SshAction


class {cls}(SshAction):
    """Say in one sentence what it does to production."""

    risk = Risk.MEDIUM
    command = "regenerate --menu {{menu}}"

    menu: int
''',
    "http": '''"""Why this action is needed."""

from bot.production.action import HttpAction, Request, Risk


class {cls}(HttpAction):
    """Say in one sentence what it does to production."""

    risk = Risk.MEDIUM

    menu: int

    def request(self) -> Request:
        return Request(path="/menus/{{menu}}/rebuild", segments={{"menu": str(self.menu)}})
''',
}
_TEST = '''"""{name}: found, documented, and strict about its parameters."""

from pathlib import Path

import pytest

from bot.bug.errors import Invalid
from bot.production import forms
from bot.production.catalogue import Catalogue

CATALOGUE = Catalogue.load([Path("actions")])


def test_{stem}_is_found_and_has_a_help() -> None:
    assert CATALOGUE.problems == ()
    assert CATALOGUE.find("{name}").help


def test_{stem}_refuses_a_{field}_that_is_no_number() -> None:
    with pytest.raises(Invalid, match="whole number"):
        forms.parse(CATALOGUE.find("{name}").cls, {{"{field}": "thirteen"}})
'''


def scaffold(name: str, kind: Literal["sql", "ssh", "http", "look"]) -> tuple[str, str]:
    """The text of the action's file and of its test. Raises Invalid for a name that is none."""
    stem = name.replace("-", "_")
    if not stem.isidentifier() or stem != stem.lower() or stem.startswith("_"):
        raise Invalid(f"{name!r} is no name for an action. Write it like delete-row: small letters and dashes.")
    cls = "".join(part.capitalize() for part in stem.split("_"))
    field = "id" if kind in ("sql", "look") else "menu"
    named = stem.replace("_", "-")
    return _ACTIONS[kind].format(cls=cls), _TEST.format(name=named, stem=stem, field=field)
