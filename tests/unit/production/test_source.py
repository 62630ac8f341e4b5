"""What an action's text says of itself is what the class says once it may be executed."""

from pathlib import Path

import pytest

from bot import shipped
from bot.bug.errors import MakegoodError
from bot.production.action import Risk
from bot.production.catalogue.catalogue import Catalogue, load_action
from bot.production.catalogue.scaffold import scaffold
from bot.production.catalogue.source import Unusable, declared

OWN = Path(__file__).parents[2]
FOLDERS = [shipped.ACTIONS, *OWN.glob("*/own_actions"), *OWN.glob("*/actions"), OWN / "parts/production_sql/attacks"]
TEXT = '''from typing import ClassVar, Literal

import bot.api
from bot.api import Risk as R, SqlAction as Changes
from pydantic import Field, SecretStr


class Mine(Changes):
    """First line.

    More.
    """

    risk = R.HIGH
    target: ClassVar[str] = "shop"
    volatile = frozenset({"updated_at"})
    from_facts: ClassVar = {"id": ("a.b",)}
    _hidden: int = 3

    id: int
    table: Literal["jobs", "emails"] = "jobs"
    token: SecretStr | None = Field(default=None, title="Token")
    asked: str = Field(..., max_length=3)
'''


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_text_and_the_class_agree_about_every_action_there_is(folder: Path) -> None:
    catalogue = Catalogue.trusting([folder])
    assert catalogue.problems == ()
    assert catalogue.entries
    for entry in catalogue.entries.values():
        assert entry.says.risk == getattr(entry.cls, "risk", None)
        assert entry.target == entry.cls.target
        assert [p.name for p in entry.says.parameters] == list(entry.cls.model_fields)
        assert [bool(p.default) for p in entry.says.parameters] == [
            not field.is_required() for field in entry.cls.model_fields.values()
        ]
        assert entry.says.plain.get("from_facts", {}) == entry.cls.from_facts


def test_a_text_says_its_help_risk_target_and_parameters() -> None:
    says = declared(TEXT)
    assert (says.cls, says.kind, says.risk, says.target) == ("Mine", "sql", Risk.HIGH, "shop")
    assert says.help == "First line.\n\nMore."
    assert says.plain["volatile"] == {"updated_at"}
    assert [(p.name, p.annotation, p.default) for p in says.parameters] == [
        ("id", "int", ""),
        ("table", "Literal['jobs', 'emails']", "'jobs'"),
        ("token", "SecretStr | None", "None"),
        ("asked", "str", ""),
    ]


def test_a_base_is_known_by_any_name_that_it_is_imported_by() -> None:
    assert declared(TEXT.replace("class Mine(Changes)", "class Mine(bot.api.Look)")).kind == "look"


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("Mine.risk = Risk.LOW", "its risk is not what its text says"),
        ("Mine.__doc__ = 'Does no harm.'", "its docstring is not what its text says"),
        ("Mine.target = 'attic'", "its target is not what its text says"),
        ("class Mine(Mine):\n    more: int = 1", "this one holds 2"),
        ("Other = type('Other', (Mine,), {'__module__': __name__})", "once loaded, this one has 2"),
        ("Mine = type('Mine', (Mine,), {'__module__': __name__})", "its docstring and risk is not"),
        ("del Mine", "once loaded, this one has 0"),
    ],
)
def test_a_class_that_turns_out_to_be_another_than_its_text_says_is_not_used(
    added: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text(scaffold("mine", "sql")[0] + "\n\n" + added + "\n")
    with pytest.raises(MakegoodError, match=said):
        load_action(tmp_path / "mine.py")


def test_an_action_may_say_which_version_it_is_written_for(tmp_path: Path) -> None:
    text = scaffold("mine", "sql")[0]
    (tmp_path / "mine.py").write_text(text.replace("    id: int", "    api = 1\n    id: int"))
    assert load_action(tmp_path / "mine.py").api == 1


@pytest.mark.parametrize(
    ("value", "said"), [("2", "version 2"), ("'1'", "version '1'"), ("int('1')", "another version")]
)
def test_an_action_for_another_version_is_not_loaded_and_told_so(value: str, said: str) -> None:
    text = scaffold("mine", "sql")[0].replace("    id: int", f"    api = {value}\n    id: int")
    with pytest.raises(Unusable, match=rf"written for {said} of bot\.api; this Makegood has version 1"):
        declared(text)
