"""The bot beside the local Slack, with a shop and a host that its fixes reach."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.slack.fixes.plant import Plant, build
from tests.slack.fixes.team import Team
from tests.slack.house import House


@pytest.fixture
async def plant(tmp_path: Path) -> AsyncIterator[Plant]:
    folder = tmp_path / "plant"
    folder.mkdir()
    made = await build(folder)
    yield made
    await made.host.stop()


@pytest.fixture
def more() -> dict[str, Any]:
    """Settings of one story, beside those of the plant."""
    return {}


@pytest.fixture
def given(plant: Plant, more: dict[str, Any]) -> dict[str, Any]:
    return {**plant.settings, **more}


@pytest.fixture
async def team(house: House, plant: Plant) -> Team:
    """Dana has claimed BUG-1; the team's own actions are on."""
    return await Team.gathered(house, plant)
