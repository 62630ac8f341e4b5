"""Tables over kinds know every kind: one that is forgotten would fail in the middle of the night."""

from pathlib import Path

from bot.bug.bug import Status
from bot.bug.clocks import clocks
from bot.bug.course.delivery import OF_MANY, SYSTEMS
from bot.commands import init
from bot.commands.doctor import _offline
from bot.settings.settings import Settings
from bot.slack.outgoing.refusals import BUSY, MENDED, MESSAGE_GONE, OURS, PASSES, THREAD_GONE, UNSURE
from bot.slack.views import card, reminders


def test_every_clock_has_its_words() -> None:
    text = Path(clocks.__file__).read_text()
    kinds = {line.split('kind="')[1].split('"')[0].split(":")[0] for line in text.splitlines() if 'kind="' in line}
    kinds |= {line.split('kind=f"')[1].split(":")[0] for line in text.splitlines() if 'kind=f"' in line}
    assert kinds
    assert {kind for kind in kinds if kind.isidentifier()} <= set(reminders.SAYS)


def test_every_status_has_its_icon() -> None:
    assert set(card.ICON) == set(Status)


def test_every_question_has_its_reader() -> None:
    assert set(init.READ) == set(init.QUESTIONS)


def test_every_mode_is_said_by_the_doctor(tmp_path: Path) -> None:
    for mode in ("watch", "propose", "run"):
        given = Settings.model_validate({"mode": mode, "slack": {"error_channels": ["C1"]}})
        assert mode in str(_offline(given, tmp_path)[0])


def test_each_code_of_slack_means_one_thing() -> None:
    kinds = [set(MENDED), OURS, PASSES, UNSURE, BUSY, MESSAGE_GONE | THREAD_GONE]
    assert sum(map(len, kinds)) == len(set().union(*kinds))


def test_systems_are_named_once() -> None:
    assert not set(SYSTEMS) & set(OF_MANY)
