"""A command is previewed, run on its hosts, shown while it runs, and taken back."""

from typing import Any

import pytest
from pydantic import SecretStr

from bot.bug.errors import Refused
from bot.production.action import Risk, SshAction
from bot.production.redaction import Redactor
from bot.production.ssh.fleet import Trace
from bot.production.ssh.runtime import SshRuntime
from tests.parts.production_ssh.conftest import RUN, Ear, Echo, Place, both_servers

pytestmark = both_servers


class Speaks(SshAction):
    """Says a few lines, and ends as told."""

    risk = Risk.MEDIUM
    slug = "speaks"
    command = "echo one; echo two; exit {status}"
    status: int = 0


class OnEach(SshAction):
    """Fails where a file named broken lies."""

    risk = Risk.MEDIUM
    slug = "on-each"
    command = "test ! -e broken && touch done"


class OnAll(OnEach):
    """The same, on all of them whatever happens on one."""

    slug = "on-all"
    on_failure = "go on"


async def test_the_preview_shows_the_exact_command_and_touches_no_host(place: Place) -> None:
    preview = await place.runtime.preview(Echo(word="it's 13"), RUN)
    assert "printf %s 'it'\"'\"'s 13' > heard" in preview.text
    assert f"{place.host.user}@{place.host.address}" in preview.text
    assert preview.summary == f"run echo on 1 host of web ({place.host.address})"
    assert preview.undoable
    assert preview.undo_note.startswith("Undone by: rm -f heard")
    assert place.host.commands == []


async def test_a_command_that_ends_well_has_succeeded(place: Place, ear: Ear) -> None:
    outcome = await place.run(Echo(word="menu 13"), ear)
    assert outcome.state == "succeeded"
    assert outcome.summary == f"Done on {place.host.address}."
    assert outcome.changed == {"done": 1}
    assert place.heard() == "menu 13"


async def test_a_command_that_fails_says_its_status_in_the_thread_and_its_output_in_private(
    place: Place, ear: Ear
) -> None:
    outcome = await place.run(Speaks(status=3), ear)
    assert outcome.state == "failed"
    assert outcome.summary == f"{place.host.address} ended with status 3."
    assert "two" in outcome.detail
    assert "two" not in outcome.summary


async def test_the_last_line_is_told_while_it_runs(place: Place, ear: Ear) -> None:
    await place.run(Speaks(), ear)
    assert ear.lines[-1] == f"{place.host.address}: two"


async def test_the_group_is_kept_before_the_command_starts(place: Place) -> None:
    class Forgetful(Ear):
        async def keep(self, image: bytes) -> None:
            raise ConnectionError("the trail can't be written")

    with pytest.raises(ConnectionError):
        await place.run(Echo(word="x"), Forgetful())
    assert place.heard() is None


class Settled(Ear):
    """Stood still after so many words of "go", and a person has said meanwhile how it ended."""

    left = 0

    async def begin(self, image: bytes) -> None:
        self.left -= 1
        if self.left < 0:
            raise Refused("It had stood still.")
        await super().begin(image)


async def test_what_was_settled_meanwhile_starts_on_no_host(place: Place) -> None:
    outcome = await place.run(Echo(word="x"), Settled())
    assert (outcome.state, place.heard(), outcome.image) == ("lapsed", None, None)
    assert outcome.summary == f"Nothing was run. {place.host.address} was not started: it had stood still."


async def test_what_was_settled_after_its_first_host_starts_on_no_other_one(places: Any) -> None:
    both: Place = await places(2)
    settled = Settled()
    settled.left = 1
    outcome = await both.run(Echo(word="x"), settled)
    first, second = both.target.hosts
    assert outcome.state == "failed"
    assert outcome.summary == f"Done on {first}. {second} was not started: it had stood still."


async def test_what_was_settled_meanwhile_starts_on_none_of_the_hosts_that_would_begin_together(places: Any) -> None:
    both: Place = await places(2)

    class Together(Echo):
        on_failure = "go on"

    outcome = await both.run(Together(word="x"), Settled())
    assert outcome.state == "lapsed"
    assert outcome.summary.startswith("Nothing was run.")


async def test_what_was_approved_for_other_words_is_not_run(place: Place, ear: Ear) -> None:
    preview = await place.runtime.preview(Echo(word="menu 13"), RUN)
    outcome = await place.runtime.run(Echo(word="menu 14"), preview, RUN, ear)
    assert outcome.state == "lapsed"
    assert place.host.commands == []


async def test_what_was_approved_for_other_hosts_is_not_run(places: Any, ear: Ear) -> None:
    both: Place = await places(2)
    preview = await both.runtime.preview(Echo(word="x"), RUN)
    one = SshRuntime(both.target.model_copy(update={"hosts": both.target.hosts[:1]}), Redactor())
    assert (await one.run(Echo(word="x"), preview, RUN, ear)).state == "lapsed"


async def test_a_login_that_prints_a_banner_and_a_hostile_environment_change_nothing(places: Any, ear: Ear) -> None:
    noisy: Place = await places(
        1, environment={"LD_PRELOAD": "", "ENV": "/etc/passwd", "FLAVOUR": "sour", "PATH": "/usr/bin:/bin:/evil"}
    )

    class ShowsEnvironment(SshAction):
        risk = Risk.LOW
        command = "env"

    outcome = await noisy.run(ShowsEnvironment(), ear)
    assert "sour" not in outcome.detail
    assert "/evil" not in outcome.detail


async def test_an_undo_is_previewed_and_runs_where_the_fix_had_run(place: Place, ear: Ear) -> None:
    done = await place.run(Echo(word="x"), ear)
    preview = await place.runtime.undo_preview(Echo(word="x"), done.image, RUN)
    assert "rm -f heard x.gone" in preview.text
    assert (await place.runtime.undo(Echo(word="x"), done.image, preview, RUN, ear)).state == "succeeded"
    assert place.heard() is None


async def test_what_has_no_undo_says_so_before_the_approval_and_asks_one_more_person(place: Place) -> None:
    class Final(Echo):
        undo = None

    preview = await place.runtime.preview(Final(word="x"), RUN)
    assert (preview.undoable, preview.undo_note, preview.approvals) == (False, "Its action has no undo.", 1)
    with pytest.raises(Refused, match=r"cannot be undone\. Its action has no undo\."):
        await place.runtime.undo_preview(Final(word="x"), b'{"hosts": {}}', RUN)


class Lends(Echo):
    """Takes it back with the same secret."""

    slug = "lends"
    undo = "give-back {token}"
    token: SecretStr


async def test_an_undo_that_needs_a_secret_is_none_and_that_is_said_before_the_approval(place: Place) -> None:
    preview = await place.runtime.preview(Lends(word="x", token=SecretStr("s3cr3t-of-the-day")), RUN)
    assert (preview.undoable, preview.approvals) == (False, 1)
    assert preview.undo_note == "Its undo needs a secret parameter, and secrets are forgotten when the run ends."
    kept = Trace(hosts={place.host.address: 4711}).image()
    with pytest.raises(Refused, match="Its undo needs a secret parameter"):
        await place.runtime.undo_preview(Lends(word="x", token=SecretStr("••••")), kept, RUN)
    assert place.host.commands == []


async def test_each_host_has_a_result_of_its_own(places: Any, ear: Ear) -> None:
    three: Place = await places(3)
    (three.hosts[1].directory / "broken").touch()
    outcome = await three.run(OnAll(), ear)
    assert outcome.state == "failed"
    assert outcome.changed == {"done": 2, "failed": 1}
    assert (
        outcome.summary
        == f"Done on {three.target.hosts[0]}, {three.target.hosts[2]}. {three.target.hosts[1]} ended with status 1."
    )


async def test_the_first_failure_spares_the_hosts_after_it(places: Any, ear: Ear) -> None:
    three: Place = await places(3)
    (three.hosts[1].directory / "broken").touch()
    outcome = await three.run(OnEach(), ear)
    assert outcome.changed == {"done": 1, "failed": 1, "not started": 1}
    assert three.heard("done", host=2) is None
    assert f"{three.target.hosts[2]} was not started, as {three.target.hosts[1]} came first." in outcome.summary


async def test_a_host_that_is_not_there_keeps_the_command_from_all_where_one_failure_stops(
    places: Any, ear: Ear
) -> None:
    two: Place = await places(2)
    await two.hosts[1].stop()
    outcome = await two.run(OnEach(), ear)
    assert outcome.state == "failed"
    assert "Nothing was run." in outcome.summary
    assert two.heard("done", host=0) is None
    assert outcome.image is None


async def test_a_host_that_is_not_there_is_left_out_where_the_others_go_on(places: Any, ear: Ear) -> None:
    two: Place = await places(2)
    await two.hosts[1].stop()
    outcome = await two.run(OnAll(), ear)
    assert outcome.changed == {"done": 1, "not started": 1}
    assert two.heard("done", host=0) == ""
