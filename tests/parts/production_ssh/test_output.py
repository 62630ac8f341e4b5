"""A command may print without end: its beginning and end are kept, and what was left out is said."""

from bot.production.action import Risk, SshAction
from bot.production.ssh.output import HEAD, TAIL
from tests.parts.production_ssh.conftest import Ear, Place, both_servers

pytestmark = both_servers


class Floods(SshAction):
    """Prints twenty megabytes."""

    risk = Risk.LOW
    slug = "floods"
    command = "echo the beginning; yes 'a line of no interest' | head -c 20000000; echo; echo the end"


class OneLine(SshAction):
    """Prints a secret across every cut of one endless line."""

    risk = Risk.LOW
    slug = "one-line"
    command = "yes hunter2-of-production | tr -d '\\n' | head -c 1000000; echo; echo the end"


async def test_much_output_is_capped_and_says_how_much_was_left_out(place: Place, ear: Ear) -> None:
    outcome = await place.run(Floods(), ear)
    assert outcome.state == "succeeded"
    assert "the beginning" in outcome.detail
    assert outcome.detail.endswith("the end")
    assert "… 19.9 MB left out …" in outcome.detail
    assert len(outcome.detail) < HEAD + TAIL + 1000


async def test_no_half_of_a_secret_is_left_where_the_output_was_cut(place: Place, ear: Ear) -> None:
    outcome = await place.run(OneLine(), ear)
    assert outcome.state == "succeeded"
    assert "hunter2" not in outcome.detail
    assert "production" not in outcome.detail
    assert outcome.detail.endswith("the end")
