"""Every file in attacks/ is one attempt to get something run that should not be; none starts anything, each is told why."""

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bot.demo.slack.dump import texts_of
from tests.slack.fixes.team import Team
from tests.support.dsl.workspace import PersonPage

FOLDER = Path(__file__).parent / "attacks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))


def story(name: str) -> ModuleType:
    return import_module(f"tests.slack.fixes.attacks.{name}")


@pytest.fixture
def more(request: pytest.FixtureRequest) -> dict[str, Any]:
    return dict(getattr(story(request.node.callspec.params["name"]), "MORE", {}))


def shown(team: Team, person: PersonPage) -> str:
    """Everything that they alone see: whispers, forms, what stands under a field."""
    views = [text for view in team.house.slack.views(person.id) for text in texts_of(view)]
    return "\n".join([*person.ephemerals, *views])


@pytest.mark.parametrize("name", NAMES)
async def test_the_attempt_starts_nothing_and_is_told_why(name: str, team: Team) -> None:
    attack, before = story(name), team.plant.everything()
    await attack.attempt(team)
    person = team.house.person(attack.WHO)
    await team.house.slack.wait_for(lambda: attack.SAID in shown(team, person), why=f"{person.name} is told why")
    await team.house.quiet()
    assert team.plant.everything() == before
    assert not {"fix_started", "fix_ended"} & set(await team.house.kinds())
