"""A roll-out is started on GitHub and followed to its end, by whichever process is there to follow it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from pydantic import SecretStr

from bot.demo.github.fake import GitHubFake
from bot.demo.github.records import Workflow
from bot.production.action import Follow, HttpAction, Request, Risk
from bot.production.http.follow import Trace, now
from bot.production.http.github import WorkflowRun
from bot.production.http.runtime import HttpRuntime
from bot.production.redaction import Redactor
from bot.production.targets import HttpTarget
from tests.parts.production_http.conftest import RUN, TOKEN, Ear, Place, connected

DEPLOY = Workflow(file="deploy.yml", inputs={"release": True})
URL = "https://github.example/acme/shop/actions/runs/30433642"


class RollOut(WorkflowRun):
    """Rolls a release out."""

    risk = Risk.MEDIUM
    slug = "roll-out"
    repository = "acme/shop"
    workflow = "deploy.yml"
    every = 0.01
    release: str

    def inputs(self) -> dict[str, str]:
        return {"release": self.release}


class OldRollOut(RollOut):
    """The same on a server that does not name the run."""

    names_its_run = False


FOLLOW = Follow(
    handle="job.id",
    path="/jobs/{handle}",
    state="job.state",
    done=("done",),
    failed=("broken",),
    url="job.page",
    every=0.01,
    timeout=0.2,
)


class Job(HttpAction):
    """A run of any other engine."""

    risk = Risk.LOW
    slug = "job"
    follow = FOLLOW

    def request(self) -> Request:
        return Request(path="/jobs")


Build = Callable[..., Awaitable[GitHubFake]]


@pytest.fixture
async def github() -> AsyncIterator[Build]:
    started: list[GitHubFake] = []

    async def build(**options: Any) -> GitHubFake:
        fake = GitHubFake(token=TOKEN, workflows={"acme/shop": DEPLOY}, **options)
        await fake.start()
        started.append(fake)
        return fake

    yield build
    for fake in started:
        await fake.stop()


def runtime(fake: GitHubFake, token: str = TOKEN) -> HttpRuntime:
    bearer = {"Authorization": SecretStr(f"Bearer {token}")}
    return connected(HttpTarget(name="github", base_url=fake.base_url, headers=bearer, timeout=3), Redactor([TOKEN]))


async def rolled_out(fake: GitHubFake, ear: Ear, action: HttpAction | None = None, token: str = TOKEN) -> Any:
    action = action or RollOut(release="1.4.2")
    own = runtime(fake, token)
    return await own.run(action, await own.preview(action, RUN), RUN, ear)


async def test_a_roll_out_is_started_once_and_followed_to_its_end(github: Build, ear: Ear) -> None:
    ended: list[Any] = []
    fake = await github(on_end=ended.append)
    outcome = await rolled_out(fake, ear)
    assert (outcome.state, outcome.summary) == ("succeeded", f"The run ended: success. {URL}")
    assert [run.inputs for run in ended] == [{"release": "1.4.2"}]
    assert ear.lines == [f"The run goes on, {URL}"]


async def test_the_handle_is_kept_as_soon_as_it_is_known(github: Build, ear: Ear) -> None:
    fake = await github()
    await rolled_out(fake, ear)
    assert [json.loads(image)["handle"] for image in ear.kept] == ["", "30433642"]


async def test_a_roll_out_that_fails_over_there_has_failed(github: Build, ear: Ear) -> None:
    outcome = await rolled_out(await github(ends_with="failure"), ear)
    assert (outcome.state, outcome.summary) == ("failed", f"The run ended: failure. {URL}")


async def test_following_survives_a_restart_and_can_be_repeated(github: Build, ear: Ear) -> None:
    fake = await github(ends_after=None)

    class Dies(Ear):
        async def progress(self, text: str) -> None:
            raise ConnectionError(f"the process ends here: {text}")

    first = Dies()
    with pytest.raises(ConnectionError):
        await rolled_out(fake, first)
    fake.ends_after = 3
    action = RollOut(release="1.4.2")
    preview = await runtime(fake).preview(action, RUN)
    twice = [await runtime(fake).investigate(action, preview, first.kept[-1], RUN, ear) for _ in range(2)]
    assert [outcome.state for outcome in twice] == ["succeeded", "succeeded"]
    assert len(fake.runs) == 1


async def test_a_run_that_appears_late_is_waited_for(github: Build, ear: Ear) -> None:
    assert (await rolled_out(await github(appears_after=3), ear)).state == "succeeded"


async def test_a_server_that_does_not_name_the_run_is_looked_at_until_it_appears(github: Build, ear: Ear) -> None:
    fake = await github(names_runs=False, appears_after=3)
    outcome = await rolled_out(fake, ear, OldRollOut(release="1.4.2"))
    assert (outcome.state, outcome.summary) == ("succeeded", f"The run ended: success. {URL}")
    assert json.loads(ear.kept[-1])["handle"] == "30433642"


async def test_two_runs_that_may_be_ours_are_put_before_a_person(github: Build, ear: Ear) -> None:
    fake = await github(names_runs=False, ends_after=None)
    began, other = asyncio.Event(), Ear()
    other.on_line = lambda _: began.set()
    somebody_else = asyncio.create_task(rolled_out(fake, other, OldRollOut(release="1.4.1")))
    await began.wait()
    outcome = await rolled_out(fake, ear, OldRollOut(release="1.4.2"))
    assert outcome.state == "unknown"
    assert "2 runs (30433643, 30433642)" in outcome.summary
    somebody_else.cancel()
    await asyncio.gather(somebody_else, return_exceptions=True)


@pytest.mark.parametrize("fault", ["drop_after", "after_500"])
async def test_a_start_that_was_cut_is_unknown_and_a_look_finds_its_run(github: Build, ear: Ear, fault: str) -> None:
    fake = await github()
    fake.faults.append(fault)
    outcome = await rolled_out(fake, ear)
    assert outcome.state == "unknown"
    assert len(fake.runs) == 1
    action = RollOut(release="1.4.2")
    seen = await runtime(fake).investigate(action, await runtime(fake).preview(action, RUN), outcome.image, RUN, ear)
    assert seen.state == "succeeded"
    assert len(fake.runs) == 1


@pytest.mark.parametrize("fault", ["429", "limit"])
async def test_a_limit_means_that_nothing_was_started(github: Build, ear: Ear, fault: str) -> None:
    fake = await github()
    fake.faults.append(fault)
    outcome = await rolled_out(fake, ear)
    assert outcome.state == "failed"
    assert "Nothing was done; try again later." in outcome.summary
    assert fake.runs == {}


async def test_a_wrong_token_a_wrong_workflow_and_a_wrong_input_say_what_github_says(github: Build, ear: Ear) -> None:
    class Elsewhere(RollOut):
        workflow = "other.yml"

    class Nowhere(RollOut):
        def ref(self) -> str:
            return "gone"

    fake = await github()
    wrong_token = await rolled_out(fake, ear, token="ghp_wrong")
    wrong_workflow = await rolled_out(fake, ear, Elsewhere(release="1.4.2"))
    wrong_ref = await rolled_out(fake, ear, Nowhere(release="1.4.2"))
    missing_input = await rolled_out(fake, ear, RollOut(release=""))
    assert [o.state for o in (wrong_token, wrong_workflow, wrong_ref, missing_input)] == ["failed"] * 4
    assert "401 Unauthorized: Bad credentials. Nothing was done." in wrong_token.summary
    assert "404 Not Found" in wrong_workflow.summary
    assert "No ref found for: gone" in wrong_ref.summary
    assert "Required input 'release' not provided" in missing_input.summary
    assert fake.runs == {}


async def test_a_cancel_ends_the_run_over_there_and_says_so(github: Build, ear: Ear) -> None:
    fake = await github(ends_after=None)
    ear.on_line = lambda _: ear.cancelled.set()
    outcome = await rolled_out(fake, ear)
    assert outcome.state == "failed"
    assert "was ended, as somebody cancelled it" in outcome.summary
    assert fake.runs[30433642].conclusion == "cancelled"


async def test_any_engine_is_followed_by_its_paths(place: Place, ear: Ear) -> None:
    place.service.answers_with(201, body={"job": {"id": 77}})
    place.service.answers_with(200, body={"job": {"state": "queued", "page": "https://jobs.example/77"}})
    place.service.answers_with(502)
    place.service.answers_with(200, body={"job": {"state": "broken", "page": "https://jobs.example/77"}})
    outcome = await place.run(Job(), ear)
    assert (outcome.state, outcome.summary) == ("failed", "The run ended: broken. https://jobs.example/77")
    assert place.service.calls[0] == "POST /jobs"
    assert set(place.service.calls[1:]) == {"GET /jobs/77"}
    assert ear.lines == ["The run goes on: queued, https://jobs.example/77"]


async def test_a_run_that_never_ends_is_unknown(place: Place, ear: Ear) -> None:
    place.service.answers_with(201, *[200] * 100, body={"job": {"id": 77, "state": "queued"}})
    outcome = await place.run(Job(), ear)
    assert outcome.state == "unknown"
    assert "followed no longer" in outcome.summary


async def test_a_start_that_names_no_run_is_unknown(place: Place, ear: Ear) -> None:
    outcome = await place.run(Job(), ear)
    assert outcome.state == "unknown"
    assert "does not say which run it is" in outcome.summary


async def test_a_cancel_of_what_cannot_be_ended_says_that_it_goes_on(place: Place, ear: Ear) -> None:
    place.service.answers_with(201, 200, 200, body={"job": {"id": 77, "state": "queued"}})
    ear.on_line = lambda _: ear.cancelled.set()
    outcome = await place.run(Job(), ear)
    assert (outcome.state, outcome.summary) == (
        "unknown",
        "It is followed no longer; the run itself goes on over there.",
    )


async def test_a_handle_cannot_lead_to_another_path(place: Place, ear: Ear) -> None:
    place.service.answers_with(201, body={"job": {"id": "../admin"}})
    outcome = await place.run(Job(), ear)
    assert outcome.state == "unknown"
    assert place.service.calls == ["POST /jobs"]


async def test_a_run_found_by_its_trace_needs_no_start(github: Build, ear: Ear) -> None:
    fake = await github()
    await rolled_out(fake, ear)
    seen = await runtime(fake).resume(RollOut(release="1.4.2"), Trace(sent=now(), handle="30433642"), ear)
    assert seen.state == "succeeded"


async def test_what_an_engine_says_reaches_the_thread_without_secrets_and_without_odd_links(
    place: Place, ear: Ear
) -> None:
    place.service.answers_with(201, body={"job": {"id": 77}})
    place.service.answers_with(200, body={"job": {"state": f"waits for {TOKEN}", "page": "javascript:alert(1)"}})
    place.service.answers_with(200, body={"job": {"state": "done", "page": f"https://jobs.example/77?key={TOKEN}"}})
    outcome = await place.run(Job(), ear)
    assert ear.lines == ["The run goes on: waits for ••••"]
    assert TOKEN not in str(outcome)
    assert outcome.summary.startswith("The run ended: done. https://jobs.example/77?key=")
