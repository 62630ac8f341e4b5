"""The first action of docs/actions.md is one that `makegood actions check` has nothing to say against, as the page claims."""

import tomllib
from pathlib import Path

from pydantic import SecretStr

from bot.production.catalogue.catalogue import Catalogue, load_action
from bot.production.targets import SqlTarget
from tests.unit.docs.pages import blocks, sections, text

PAGE = sections(text("docs/actions.md"))["Your first action in five minutes"]


def test_the_first_action_loads_and_a_careful_reader_has_nothing_to_say(tmp_path: Path) -> None:
    (code,), (settings,) = blocks(PAGE, "python"), blocks(PAGE, "toml")
    path = tmp_path / "hide_menu.py"
    path.write_text(code)
    shop = tomllib.loads(settings)["targets"]["shop"]
    target = SqlTarget.model_validate(
        {**shop, "name": "shop", "url": SecretStr("sqlite+aiosqlite://"), "read_url": None}
    )
    assert [str(problem) for problem in Catalogue.load([tmp_path]).check({"shop": target})] == []
    assert load_action(path).__doc__
