"""The shipped actions of hosts and services: found, complete, and run by the engine."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.demo.github.fake import GitHubFake
from bot.demo.github.records import Workflow
from bot.production.catalogue.catalogue import Catalogue
from bot.production.engine import Engine
from bot.production.targets import HttpTarget, Target
from tests.parts.production_ssh.conftest import RUN, Ear, Place

REMOTE = (
    "clear-cache",
    "maintenance-endpoint",
    "open-as-customer",
    "regenerate-files",
    "restart-service",
    "roll-out",
    "roll-back",
)


@pytest.fixture
async def github() -> AsyncIterator[GitHubFake]:
    fake = GitHubFake(
        token="ghp_ours", workflows={"acme/shop": Workflow(file="deploy.yml", inputs={"release": True})}, ends_after=1
    )
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def engine(place: Place, github: GitHubFake) -> AsyncIterator[Engine]:
    bearer = {"Authorization": SecretStr("Bearer ghp_ours")}
    targets: dict[str, Target] = {
        "web": place.target,
        "github": HttpTarget(name="github", base_url=github.base_url, headers=bearer, repository="acme/shop"),
        "app": HttpTarget(name="app", base_url=github.base_url),
    }
    engine = Engine(Catalogue.load(), targets)
    yield engine
    await engine.close()


async def test_every_one_is_found_and_a_careful_reader_has_nothing_to_say(engine: Engine) -> None:
    assert set(REMOTE) <= set(engine.catalogue.entries)
    files = {engine.catalogue.entries[name].path for name in REMOTE}
    assert [str(problem) for problem in engine.catalogue.check(engine.targets) if problem.path in files] == []


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("clear-cache", {}),
        ("maintenance-endpoint", {"task": "recount-usage", "account": "4711"}),
        ("open-as-customer", {"email": "mia@studio.example"}),
        ("regenerate-files", {"menu": "13"}),
        ("restart-service", {"service": "shop-web"}),
        ("roll-out", {"release": "1.4.2"}),
        ("roll-back", {"release": "1.4.1"}),
    ],
)
async def test_every_one_has_a_preview(engine: Engine, name: str, values: dict[str, str]) -> None:
    preview = await engine.preview(name, values, RUN)
    assert preview.action == name
    assert preview.text


async def test_what_gives_the_same_however_often_it_runs_needs_nobody_else(engine: Engine) -> None:
    again = await engine.preview("regenerate-files", {"menu": "13"}, RUN)
    assert (again.undoable, again.approvals) == (False, 0)
    assert (await engine.preview("clear-cache", {}, RUN)).approvals == 1


async def test_files_are_made_again_by_the_script_in_the_users_own_bin(engine: Engine, place: Place, ear: Ear) -> None:
    script = place.host.directory / "bin" / "regenerate"
    script.parent.mkdir()
    script.write_text('#!/bin/sh\nmkdir -p files && echo new > "files/menu-$2.json" && echo "menu $2: made anew"\n')
    script.chmod(0o755)
    values = engine.suggest("regenerate-files", {"metaData.crud.menu_id": "13"})
    preview = await engine.preview("regenerate-files", values, RUN)
    assert "regenerate --menu 13" in preview.text
    outcome = await engine.run("regenerate-files", values, preview, RUN, ear)
    assert outcome.state == "succeeded"
    assert ear.lines == [f"{place.host.address}: menu 13: made anew"]
    seen = await engine.investigate("regenerate-files", values, preview, outcome.image, RUN, ear)
    assert seen.state == "succeeded"


async def test_a_roll_out_is_the_proper_fix_itself(engine: Engine, github: GitHubFake, ear: Ear) -> None:
    values = {"release": "1.4.2"}
    preview = await engine.preview("roll-out", values, RUN)
    assert engine.catalogue.entries["roll-out"].cls.proper
    assert preview.approvals == 1
    assert (await engine.run("roll-out", values, preview, RUN, ear)).state == "succeeded"
    assert [run.inputs for run in github.runs.values()] == [{"release": "1.4.2"}]
