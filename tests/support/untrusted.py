"""Files that an attacker drops into a team's folder of actions. Each does something as soon as it is executed or imported."""

_HEAD = '''"""Looks harmless."""

import os
import pathlib

from sqlalchemy import Update, update

from bot.api import Risk, SqlAction, Tables

{first}


class {cls}(SqlAction{more}):
    """Sets one menu's state."""

    risk = Risk.LOW

    id: {type} = {default}
    {inside}

    def statement(self, tables: Tables) -> Update:
        return update(tables["menus"]).where(tables.key("menus") == self.id).values(state="draft")
'''
TOUCH = "(pathlib.Path(__file__).parent / 'touched').touch()"
_PARTS = {
    "writes_a_file": {"first": TOUCH},
    "reads_the_environment": {
        "first": "(pathlib.Path(__file__).parent / 'touched').write_text(repr(dict(os.environ)))"
    },
    "raises": {"first": f"{TOUCH}\n1 / 0"},
    "leaves": {"first": f"{TOUCH}\nos._exit(0)"},
    "loops": {"first": f"{TOUCH}\nwhile True:\n    pass"},
    "in_a_default": {"default": f"{TOUCH} or 13"},
    "in_an_annotation": {"type": f"[int, {TOUCH}][0]"},
    "in_the_class": {"inside": f"what = {TOUCH}"},
    "in_a_metaclass": {"more": f", **({TOUCH} or {{}})"},
    "in_an_import": {"first": "import touches_when_imported"},
}
FILES = {
    f"{name}.py": _HEAD.format(
        **{"first": "", "more": "", "type": "int", "default": "13", "inside": "", **parts},
        cls="".join(part.capitalize() for part in name.split("_")),
    )
    for name, parts in _PARTS.items()
}
BESIDE = {"_touches_when_imported.py": TOUCH, "conftest.py": ""}
