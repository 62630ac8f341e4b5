"""Files become actions; what is wrong with one is said and holds up no other."""

import re
from pathlib import Path

import pytest

from bot.bug.errors import Invalid, NotFound, Refused
from bot.production.catalogue.catalogue import Catalogue
from bot.production.catalogue.scaffold import scaffold
from bot.production.engine import Engine
from bot.production.targets import HttpTarget, SqlTarget, SshTarget, Target

SHOP = SqlTarget.model_validate(
    {"name": "shop", "url": "sqlite+aiosqlite://", "tables": {"menus": "id", "accounts": "id"}}
)
TARGETS: dict[str, Target] = {
    "shop": SHOP,
    "web": SshTarget(
        name="web", hosts=("web1.example.com",), user="deploy", known_hosts=Path("known_hosts"), key=Path("key")
    ),
    "app": HttpTarget(name="app", base_url="https://shop.example.com"),
    "github": HttpTarget(name="github", base_url="https://api.github.com"),
}
SQL_SHIPPED = {"delete-row", "set-column", "extend-trial", "resend", "customer-account", "rows-behind-page"}


def _write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def _filled(text: str) -> str:
    return text.replace("TODO: ", "").replace("TODO", "")


def _said(catalogue: Catalogue) -> str:
    return "\n".join(map(str, catalogue.check(TARGETS)))


def test_the_shipped_catalogue_has_nothing_to_complain_about() -> None:
    catalogue = Catalogue.load()
    assert set(catalogue.entries) >= SQL_SHIPPED
    assert _said(catalogue) == ""


@pytest.mark.parametrize("kind", ["sql", "look", "ssh", "http"])
def test_a_scaffolded_action_is_found_and_its_test_is_python(kind: str, tmp_path: Path) -> None:
    action, test = scaffold("make-free", kind)  # type: ignore[arg-type] # the parameter's values are its type's
    _write(tmp_path, "make_free.py", action)
    catalogue = Catalogue.load([tmp_path])
    compile(test, "test_make_free.py", "exec")
    assert catalogue.find("make-free").kind == kind
    assert set(re.sub(r"Line \d+", "Line", _said(catalogue)).splitlines()) == {
        "make_free.py: Line still has a TODO in it. Fill it in, then take the word out."
    }
    assert len(_said(catalogue).splitlines()) == action.count("TODO")


@pytest.mark.parametrize("kind", ["sql", "look", "ssh", "http"])
def test_a_scaffolded_action_that_was_filled_in_has_nothing_to_complain_about(kind: str, tmp_path: Path) -> None:
    _write(tmp_path, "make_free.py", _filled(scaffold("make-free", kind)[0]))  # type: ignore[arg-type] # as above
    assert _said(Catalogue.load([tmp_path])) == ""


def test_a_name_that_is_none_is_refused_with_an_example() -> None:
    with pytest.raises(Invalid, match="Write it like delete-row"):
        scaffold("../evil", "sql")


def test_a_broken_file_is_named_and_the_others_stay_usable(tmp_path: Path) -> None:
    _write(tmp_path, "good.py", scaffold("good", "sql")[0])
    _write(tmp_path, "syntax.py", "class (:")
    _write(tmp_path, "crashes.py", scaffold("crashes", "sql")[0] + "\n1 / 0\n")
    _write(tmp_path, "leaves.py", scaffold("leaves", "sql")[0] + "\nraise SystemExit\n")
    _write(tmp_path, "empty.py", "'''Nothing.'''")
    catalogue = Catalogue.trusting([tmp_path])
    assert list(catalogue.entries) == ["good"]
    said = _said(catalogue)
    assert "syntax.py: The file does not load: it is no valid Python" in said
    assert "crashes.py: The file does not load: ZeroDivisionError" in said
    assert "leaves.py: The file does not load: SystemExit" in said
    assert "empty.py: A file holds one action or look; this one holds none." in said


def test_the_first_of_two_files_of_one_name_counts_and_the_second_is_named(tmp_path: Path) -> None:
    for folder in ("ours", "theirs"):
        (tmp_path / folder).mkdir()
        _write(tmp_path / folder, "twice.py", scaffold("twice", "sql")[0])
    catalogue = Catalogue.load([tmp_path / "ours", tmp_path / "theirs"])
    assert catalogue.find("twice").path.parent.name == "ours"
    assert "twice is there already" in _said(catalogue)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('    """TODO: say in one sentence what it does to production."""\n', "", "no docstring"),
        ("    risk = Risk.MEDIUM\n", "", "risk is not pinned"),
        (
            "    risk = Risk.MEDIUM\n",
            "    risk = Risk.MEDIUM\n    target = 'attic'\n",
            "The target 'attic' is not a sql target",
        ),
        ('.where(tables.key("menus") == self.id)', "", "does not say which rows"),
        ("from sqlalchemy import Update, update", "from sqlalchemy import Update, text, update", "It uses text"),
        (
            "from bot.api",
            "from actions import delete_row\nfrom bot.api",
            "It imports actions",
        ),
        ("    id: int\n", "    from_facts = {'key': ('a.b',)}\n    id: int\n", "from_facts names 'key'"),
    ],
)
def test_a_careful_readers_complaint_is_made(old: str, new: str, complaint: str, tmp_path: Path) -> None:
    text = scaffold("mine", "sql")[0]
    assert old in text
    _write(tmp_path, "mine.py", text.replace(old, new))
    assert complaint in _said(Catalogue.load([tmp_path]))


def test_a_template_that_names_no_parameter_is_complained_about(tmp_path: Path) -> None:
    _write(tmp_path, "mine.py", scaffold("mine", "ssh")[0].replace("{menu}", "{host}"))
    assert "{host} is none of its parameters" in _said(Catalogue.load([tmp_path]))


def test_an_action_is_off_when_its_source_is_not_the_one_that_was_allowed(tmp_path: Path) -> None:
    path = _write(tmp_path, "mine.py", scaffold("mine", "sql")[0])
    allowed = {"mine": Catalogue.load([tmp_path]).find("mine").sha}
    assert Catalogue.load([tmp_path], allowed).usable("mine").allowed
    path.write_text(path.read_text() + "\n# one more line\n")
    with pytest.raises(Refused, match=r"An approver reads mine\.py"):
        Catalogue.load([tmp_path], allowed).usable("mine")


def test_a_mistyped_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(NotFound, match="Did you mean delete-row"):
        Catalogue.load().find("delete-rows")


def test_capital_letters_and_underscores_in_a_name_do_not_matter_where_one_is_meant(tmp_path: Path) -> None:
    engine = Engine(Catalogue.load(), {"shop": SHOP})
    assert {engine.catalogue.find(name).name for name in ("Delete-Row", "DELETE_ROW", "delete_row")} == {"delete-row"}
    assert engine.joined("DELETE-ROW", {"Table": "menus", "ID": "13"}) == {"table": "menus", "id": "13"}
    assert engine.joined("delete-row", {"Tables": "menus"}) == {"Tables": "menus"}, (
        "its own sentence says what there is"
    )
    with pytest.raises(NotFound, match="Did you mean delete-row"):
        engine.catalogue.find("DELETE-ROWS")


@pytest.mark.parametrize("table", ["seats", "Seats", "public.seats", '"seats"', 'public."seats"'])
def test_the_fields_of_a_key_are_found_however_the_table_is_written(table: str) -> None:
    seats = SqlTarget.model_validate(
        {"name": "shop", "url": "sqlite+aiosqlite://", "tables": {"seats": ["org", "usr"]}}
    )
    engine = Engine(Catalogue.load(), {"shop": seats})
    told = engine.joined("delete-row", {"table": table, "id.ORG": "1", "id.usr": "5"})
    assert told == {"table": table, "id": "1,5"}


def test_of_two_files_whose_names_differ_in_capital_letters_alone_the_exact_one_is_meant(tmp_path: Path) -> None:
    for name in ("Twice.py", "TWICE.py"):
        _write(tmp_path, name, _filled(scaffold("twice", "sql")[0]))
    both = Catalogue.load([tmp_path])
    assert both.find("Twice").path.name == "Twice.py"
    with pytest.raises(NotFound, match="Did you mean"):
        both.find("twice")
