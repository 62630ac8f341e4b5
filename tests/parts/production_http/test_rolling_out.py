"""Roll-out and roll-back on GitHub and on GitLab: the preview says what goes out, and only that is rolled out."""

from collections.abc import AsyncIterator, Mapping

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr, ValidationError

from bot.bug.errors import Invalid
from bot.demo.github.fake import GitHubFake
from bot.demo.github.records import Workflow
from bot.production.catalogue.catalogue import Catalogue
from bot.production.engine import Engine
from bot.production.targets import HttpTarget, place_of
from tests.parts.production_http.conftest import RUN, TOKEN, Ear
from tests.support.fakes.gitlab import GitLabFake

FIRST = ("Open the shop (Ben)", "Add menus (Ben)")
HISTORY = {
    "1.4.0": FIRST,
    "1.4.1": (*FIRST, "Save servers in one step (Ben)"),
    "1.4.2": (*FIRST, "Save servers in one step (Ben)", "Mend the menu page (Dana)", "Say why a save fails (Dana)"),
    "hotfix/1": (*FIRST, "Save servers the old way (Max)"),
}
REPOSITORY, OTHER = "acme/shop", "acme/blog"


@pytest.fixture
async def github() -> AsyncIterator[GitHubFake]:
    deploy = Workflow(file="deploy.yml", inputs={"release": True})
    ship = Workflow(file="ship.yml", inputs={"version": True}, refs=frozenset({"stable"}))
    fake = GitHubFake(token=TOKEN, workflows={REPOSITORY: deploy, OTHER: ship}, ends_after=1)
    fake.history = {REPOSITORY: HISTORY}
    await fake.start()
    yield fake
    await fake.stop()


def target(github: GitHubFake, name: str = "shop", **more: str) -> HttpTarget:
    login = {"Authorization": SecretStr(f"Bearer {TOKEN}")}
    return HttpTarget.model_validate(
        {"name": name, "base_url": github.base_url, "headers": login, "repository": REPOSITORY} | more
    )


@pytest.fixture
async def engine(github: GitHubFake) -> AsyncIterator[Engine]:
    plain = HttpTarget(name="app", base_url=github.base_url)
    engine = Engine(Catalogue.load(), {"shop": target(github), "app": plain})
    yield engine
    await engine.close()


def live(github: GitHubFake, *releases: str) -> None:
    for release in releases:
        github.deploy(REPOSITORY, release)


async def rolled(engine: Engine, name: str, values: Mapping[str, str], ear: Ear) -> str:
    preview = await engine.preview(name, values, RUN)
    return (await engine.run(name, values, preview, RUN, ear)).state


async def test_the_preview_lists_the_commits_that_go_out(engine: Engine, github: GitHubFake) -> None:
    live(github, "1.4.0", "1.4.1")
    preview = await engine.preview("roll-out", {"release": "1.4.2"}, RUN)
    assert preview.summary == "roll out 1.4.2 of acme/shop: 2 commits after 1.4.1"
    assert preview.text.index("Mend the menu page (Dana)") < preview.text.index("Say why a save fails (Dana)")
    assert "More words" not in preview.text
    assert "https://github.example/acme/shop/compare/1.4.1...1.4.2" in preview.text
    assert "Add menus" not in preview.text
    assert not github.runs


async def test_it_goes_back_to_the_release_before_and_says_what_goes_away(
    engine: Engine, github: GitHubFake, ear: Ear
) -> None:
    live(github, "1.4.1", "1.4.2")
    preview = await engine.preview("roll-back", {}, RUN)
    assert preview.summary == "go back to 1.4.1 of acme/shop: 2 commits of 1.4.2 go away"
    assert "Goes away from production:" in preview.text
    assert "Mend the menu page" in preview.text
    assert (await engine.run("roll-back", {}, preview, RUN, ear)).state == "succeeded"
    assert [run.inputs for run in github.runs.values()] == [{"release": "1.4.1"}]


async def test_a_deployment_that_failed_was_never_live(engine: Engine, github: GitHubFake) -> None:
    live(github, "1.4.0", "1.4.1")
    github.deploy(REPOSITORY, "1.4.2", state="failure")
    github.deploy(REPOSITORY, "1.4.2", environment="staging")
    assert "after 1.4.1" in (await engine.preview("roll-out", {"release": "1.4.2"}, RUN)).summary
    assert (await engine.preview("roll-back", {}, RUN)).summary.startswith("go back to 1.4.0")


async def test_the_same_release_twice_is_not_the_one_before(engine: Engine, github: GitHubFake) -> None:
    live(github, "1.4.0", "1.4.1", "1.4.1")
    assert (await engine.preview("roll-back", {}, RUN)).summary.startswith("go back to 1.4.0")


async def test_of_releases_that_part_both_sides_are_told(engine: Engine, github: GitHubFake) -> None:
    live(github, "1.4.1")
    preview = await engine.preview("roll-out", {"release": "hotfix/1"}, RUN)
    assert preview.summary == "roll out hotfix/1 of acme/shop: 1 commit after 1.4.1, 1 commit of 1.4.1 goes away"
    assert preview.text.index("Save servers the old way") < preview.text.index("Save servers in one step")


async def test_many_commits_are_counted_and_the_newest_are_listed(engine: Engine, github: GitHubFake) -> None:
    many = tuple(f"Change no. {number} (Ben)" for number in range(250))
    github.history = {REPOSITORY: {**HISTORY, "2.0.0": (*HISTORY["1.4.1"], *many)}}
    live(github, "1.4.1")
    preview = await engine.preview("roll-out", {"release": "2.0.0"}, RUN)
    assert "250 commits after 1.4.1" in preview.summary
    assert "Change no. 249" in preview.text
    assert "Change no. 3 " not in preview.text
    assert "220 older commits" in preview.text


async def test_what_github_does_not_tell_is_said_and_rolled_out_all_the_same(
    engine: Engine, github: GitHubFake, ear: Ear
) -> None:
    preview = await engine.preview("roll-out", {"release": "1.4.2"}, RUN)
    assert "can't be listed" in preview.summary
    assert "GitHub knows no release that was rolled out to production" in preview.text
    assert (await engine.run("roll-out", {"release": "1.4.2"}, preview, RUN, ear)).state == "succeeded"
    live(github, "1.4.1")
    assert "can't be listed: " in (await engine.preview("roll-out", {"release": "9.9.9"}, RUN)).text


async def test_a_release_that_there_is_not_fails_at_github(engine: Engine, github: GitHubFake, ear: Ear) -> None:
    live(github, "1.4.1")
    assert await rolled(engine, "roll-out", {"release": "9.9"}, ear) == "failed"
    assert await rolled(engine, "roll-out", {"release": "1.4.2"}, ear) == "succeeded"


async def test_a_branch_is_no_release_to_go_back_to(engine: Engine, github: GitHubFake) -> None:
    """A workflow that runs on main and takes the release as its input leaves deployments of main."""
    live(github, "main", "main")
    with pytest.raises(Invalid, match="does not say which release was there before"):
        await engine.preview("roll-back", {}, RUN)


async def test_what_went_live_meanwhile_lapses_the_approval(engine: Engine, github: GitHubFake, ear: Ear) -> None:
    live(github, "1.4.0", "1.4.1")
    preview = await engine.preview("roll-back", {}, RUN)
    live(github, "1.4.2")
    outcome = await engine.run("roll-back", {}, preview, RUN, ear)
    assert outcome.state == "lapsed"
    assert not github.runs


async def test_several_products_each_have_their_own_repository_and_workflow(github: GitHubFake, ear: Ear) -> None:
    blog = {"repository": OTHER, "workflow": "ship.yml", "ref": "stable", "release_input": "version"}
    targets = {"shop": target(github), "blog": target(github, "blog", **blog)}
    engine = Engine(Catalogue.load(), targets)
    with pytest.raises(Invalid, match="several places"):
        await engine.preview("roll-out", {"release": "2.0"}, RUN)
    assert await rolled(engine, "roll-out", {"target": "blog", "release": "2.0"}, ear) == "succeeded"
    assert [(run.repository, run.ref, run.inputs) for run in github.runs.values()] == [
        (OTHER, "stable", {"version": "2.0"})
    ]
    await engine.close()


async def test_it_runs_only_where_the_target_says_what_is_rolled_out(engine: Engine, github: GitHubFake) -> None:
    assert [field.name for field in engine.fields("roll-out")] == ["release"]
    nowhere = Engine(Catalogue.load(), {"app": HttpTarget(name="app", base_url=github.base_url)})
    with pytest.raises(Invalid):
        await nowhere.preview("roll-out", {"release": "1.4.2"}, RUN)


async def test_an_enterprise_server_that_does_not_name_its_run_is_not_asked_to(ear: Ear) -> None:
    deploy = Workflow(file="deploy.yml", inputs={"release": True})
    older = GitHubFake(token=TOKEN, workflows={REPOSITORY: deploy}, ends_after=1, names_runs=False)
    await older.start()
    said = {}
    for asks in ("true", "false"):
        engine = Engine(Catalogue.load(), {"shop": target(older, names_its_run=asks)})
        said[asks] = await rolled(engine, "roll-out", {"release": "1.4.2"}, ear)
        await engine.close()
    await older.stop()
    assert said == {"true": "failed", "false": "succeeded"}
    assert len(older.runs) == 1


def test_another_repository_is_another_place(github: GitHubFake) -> None:
    assert place_of(target(github)) != place_of(target(github, repository=OTHER))
    with pytest.raises(ValidationError, match="not both"):
        target(github, project="acme/shop")


class TestGitLab:
    @pytest.fixture
    async def gitlab(self) -> AsyncIterator[GitLabFake]:
        fake = GitLabFake(token=TOKEN, history=HISTORY)
        app = web.Application()
        app.add_routes(fake.routes())
        self.server = TestServer(app)
        await self.server.start_server()
        yield fake
        await self.server.close()

    @pytest.fixture
    async def engine(self, gitlab: GitLabFake) -> AsyncIterator[Engine]:
        assert gitlab.project == REPOSITORY
        shop = HttpTarget(
            name="shop",
            base_url=str(self.server.make_url("/api/v4")),
            headers={"PRIVATE-TOKEN": SecretStr(TOKEN)},
            project=REPOSITORY,
        )
        engine = Engine(Catalogue.load(), {"shop": shop})
        yield engine
        await engine.close()

    async def test_a_release_goes_out_by_a_pipeline_that_is_followed(
        self, engine: Engine, gitlab: GitLabFake, ear: Ear, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.production.http.gitlab.EVERY", 0.01)
        gitlab.deploy("1.4.1")
        preview = await engine.preview("roll-out", {"release": "1.4.2"}, RUN)
        assert preview.summary == "roll out 1.4.2 of acme/shop: 2 commits after 1.4.1"
        assert "Mend the menu page (Dana)" in preview.text
        outcome = await engine.run("roll-out", {"release": "1.4.2"}, preview, RUN, ear)
        assert outcome.state == "succeeded"
        assert "https://gitlab.example/acme/shop/-/pipelines/600" in outcome.summary
        assert [(p.ref, p.variables) for p in gitlab.pipelines.values()] == [("main", {"RELEASE": "1.4.2"})]
        assert any("/projects/acme%2Fshop/pipelines/600" in call for call in gitlab.calls)

    async def test_it_goes_back_to_the_release_before(self, engine: Engine, gitlab: GitLabFake) -> None:
        for release in ("1.4.0", "1.4.1", "1.4.2"):
            gitlab.deploy(release)
        gitlab.deploy("9.9.9", status="failed")
        preview = await engine.preview("roll-back", {}, RUN)
        assert preview.summary == "go back to 1.4.1 of acme/shop: 2 commits of 1.4.2 go away"
        assert "Mend the menu page" in preview.text

    async def test_a_pipeline_that_fails_is_a_failure(
        self, engine: Engine, gitlab: GitLabFake, ear: Ear, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.production.http.gitlab.EVERY", 0.01)
        gitlab.ends_with = "failed"
        assert await rolled(engine, "roll-out", {"release": "1.4.2"}, ear) == "failed"
