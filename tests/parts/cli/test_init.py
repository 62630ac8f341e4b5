"""`makegood init`, by options and by answers."""

import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from bot.settings import settings
from bot.shipped import MANIFEST
from tests.parts.cli.conftest import Shell


def ask(folder: Path, *answers: str, force: bool = False) -> subprocess.CompletedProcess[str]:
    """As a person at a terminal: a line an answer."""
    command = [sys.executable, "-m", "bot", "init", *(["--force"] if force else [])]
    given = "".join(f"{answer}\n" for answer in answers)
    here = {"PYTHONPATH": str(Path(__file__).parents[3]), "PATH": ""}
    return subprocess.run(command, cwd=folder, input=given, capture_output=True, text=True, check=False, env=here)  # noqa: S603 - our own command


def test_with_yes_a_channel_is_enough(makegood: Shell) -> None:
    ran = makegood("init", "--yes", "--channel", "C0ERRORS")
    assert ran.status == 0
    assert "SLACK_BOT_TOKEN" in ran.out
    assert "makegood doctor --config makegood.toml" in ran.out
    assert settings.read(makegood.folder / "makegood.toml", {})[0].mode == "watch"


def test_the_link_of_a_channel_is_taken_for_its_id(makegood: Shell) -> None:
    assert makegood("init", "--yes", "--channel", "https://acme.slack.com/archives/C0123456789").status == 0
    assert settings.read(makegood.folder / "makegood.toml", {})[0].slack.error_channels == ("C0123456789",)


def test_what_comes_next_is_said_as_the_command_was_typed(makegood: Shell) -> None:
    home = makegood.folder / "venv" / "bin"
    home.mkdir(parents=True)
    (home / "makegood").symlink_to(Path(sys.executable).with_name("makegood"))
    said = _typed(makegood.folder, "venv/bin/makegood", path="")
    assert "3. venv/bin/makegood doctor --config makegood.toml" in said
    assert "4. venv/bin/makegood run --config makegood.toml" in said
    assert "3. makegood doctor" in _typed(makegood.folder, "makegood", path=str(home))
    assert f"3. {sys.executable} -m bot doctor" in ask(makegood.folder, "C0ERRORS", *[""] * 8, force=True).stdout


def _typed(folder: Path, command: str, *, path: str) -> str:
    """By a shell, which finds the command as it finds any."""
    line = f"{command} init --yes --force --channel C0ERRORS"
    env = {"PATH": path or "/nowhere"}
    ran = subprocess.run(["/bin/sh", "-c", line], cwd=folder, capture_output=True, text=True, check=True, env=env)  # noqa: S603 - our own command
    return ran.stdout


def test_options_say_what_a_script_wants(makegood: Shell) -> None:
    words = ["--mode", "run", "--alerts", "bugsnag,sentry", "--public-url", "https://makegood.example.com"]
    words += ["--tables", "menus=id,users=id", "--approvers", "U0LEAD", "--board", "https://trello.com/b/abcd1234/bugs"]
    words += ["--sender", "support@example.com", "--billing", "stripe"]
    ran = makegood("init", "--yes", "--channel", "C0ERRORS", *words)
    assert ran.status == 0
    assert "https://makegood.example.com/hooks/bugsnag/TOKEN" in ran.out
    for name in ("BUGSNAG_HOOK_TOKEN", "SENTRY_SECRET", "SHOP_DATABASE_URL", "TRELLO_KEY", "SMTP_URL", "STRIPE_KEY"):
        assert name in ran.out


def test_a_file_that_is_there_is_kept_unless_forced(makegood: Shell) -> None:
    makegood.settings()
    refused = makegood("init", "--yes", "--channel", "C0OTHER")
    assert refused.status == 1
    assert "--force" in refused.err
    assert "C0ERRORS" in (makegood.folder / "makegood.toml").read_text()
    assert makegood("init", "--yes", "--force", "--channel", "C0OTHER").status == 0
    assert "C0OTHER" in (makegood.folder / "makegood.toml").read_text()


def test_an_option_that_cannot_be_used_writes_nothing(makegood: Shell) -> None:
    for words in (
        ["--channel", "#errors"],
        ["--channel", "C0E", "--mode", "go"],
        ["--channel", "C0E", "--tables", "menus"],
    ):
        ran = makegood("init", "--yes", *words)
        assert ran.status == 1
        assert ran.err.count("\n") == 1
    for name, value in {"alerts": "pigeon", "public-url": "here", "board": "x", "sender": "x", "billing": "x"}.items():
        assert makegood("init", "--yes", "--channel", "C0E", f"--{name}", value).status == 1
    assert not (makegood.folder / "makegood.toml").exists()


def test_a_folder_that_is_not_there_is_said(makegood: Shell) -> None:
    ran = makegood("init", "--config", "nowhere/makegood.toml", "--yes", "--channel", "C0ERRORS")
    assert ran.status == 1
    assert "There is no folder nowhere" in ran.err


def test_a_person_is_asked_again_until_the_answer_can_be_used(tmp_path: Path) -> None:
    ran = ask(tmp_path, "#errors", "C0ERRORS", "", "slack", "none", "menus=id", "lead@example.com", "", "", "no")
    assert ran.returncode == 0, ran.stderr
    assert "names change, ids don't" in ran.stdout
    read, _ = settings.read(tmp_path / "makegood.toml", {"SHOP_DATABASE_URL": "sqlite+aiosqlite:///shop.db"})
    assert (read.slack.error_channels, read.policy.approvers) == (("C0ERRORS",), ("lead@example.com",))


def test_answers_that_end_too_soon_write_nothing(tmp_path: Path) -> None:
    ran = ask(tmp_path, "C0ERRORS")
    assert ran.returncode == 1
    assert ran.stderr == "makegood: Nothing was written: the answers ended. For scripts there is --yes.\n"
    assert not (tmp_path / "makegood.toml").exists()


def test_the_manifest_of_socket_mode_is_the_shipped_one(makegood: Shell) -> None:
    ran = makegood("init", "--yes", "--channel", "C0ERRORS")
    assert "slack_app.yml: the manifest of your Slack app, for Socket Mode" in ran.out
    assert (makegood.folder / "slack_app.yml").read_text() == MANIFEST.read_text()


def test_over_http_the_manifest_names_the_address_wherever_slack_posts(makegood: Shell) -> None:
    ran = makegood(
        "init", "--yes", "--channel", "C0ERRORS", "--public-url", "https://bot.example.com/", "--transport", "http"
    )
    assert "SLACK_SIGNING_SECRET" in ran.out
    assert "SLACK_APP_TOKEN" not in ran.out
    assert "The Request URL has to be verified; if it is not, press Retry." in ran.out, "else Slack sends no events"
    made, url = yaml.safe_load((makegood.folder / "slack_app.yml").read_text()), "https://bot.example.com/slack/events"
    assert {command["url"] for command in made["features"]["slash_commands"]} == {url}
    assert made["settings"]["event_subscriptions"]["request_url"] == url
    asks = made["settings"]["interactivity"]
    assert (asks["request_url"], asks["message_menu_options_url"]) == (url, url)
    assert made["settings"]["socket_mode_enabled"] is False
    assert _without_addresses(made) == yaml.safe_load(MANIFEST.read_text())


def _without_addresses(made: dict[str, Any]) -> dict[str, Any]:
    for command in made["features"]["slash_commands"]:
        del command["url"]
    del made["settings"]["event_subscriptions"]["request_url"]
    del made["settings"]["interactivity"]["request_url"]
    del made["settings"]["interactivity"]["message_menu_options_url"]
    made["settings"]["socket_mode_enabled"] = True
    return made


def test_http_without_an_address_is_refused(makegood: Shell) -> None:
    ran = makegood("init", "--yes", "--channel", "C0ERRORS", "--transport", "http")
    assert ran.status == 1
    assert "--public-url" in ran.err
    assert not (makegood.folder / "makegood.toml").exists()


def test_each_question_says_what_an_empty_answer_means(tmp_path: Path) -> None:
    ran = ask(tmp_path, "C0ERRORS", "", "slack", "https://bot.example.com", "pigeon", "http", "", "", "", "", "")
    assert ran.returncode == 0, ran.stderr
    assert "or run [watch]: " in ran.stdout
    assert "no webhooks [none]: " in ran.stdout
    assert "[socket]:   Write one of: socket, http.\n" in ran.stdout
    assert "socket_mode_enabled: false" in (tmp_path / "slack_app.yml").read_text()


def test_over_http_it_says_where_the_bot_listens(makegood: Shell) -> None:
    socket = makegood("init", "--yes", "--channel", "C0ERRORS")
    assert "3000" not in socket.out
    words = ["--public-url", "https://makegood.example.com", "--transport", "http", "--force"]
    ran = makegood("init", "--yes", "--channel", "C0ERRORS", *words)
    assert "3. Let https://makegood.example.com lead to the bot" in ran.out
    assert "http://127.0.0.1:3000" in ran.out


def test_who_ends_it_in_the_middle_hears_that_nothing_was_written(makegood: Shell) -> None:
    command = [sys.executable, "-m", "bot", "init"]
    here = {"PYTHONPATH": str(Path(__file__).parents[3]), "PATH": ""}
    pipe = subprocess.PIPE
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's background jobs are deaf to it
    with subprocess.Popen(  # noqa: S603 - our own command
        command,
        cwd=makegood.folder,
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        text=True,
        env=here,
        preexec_fn=heard,  # noqa: PLW1509 - one call
    ) as asked:
        assert asked.stdout is not None
        assert asked.stdout.read(7) == "Channel"
        asked.send_signal(signal.SIGINT)
        _, said = asked.communicate(timeout=20)
    assert said == "makegood: Nothing was written.\n"
    assert list(makegood.folder.iterdir()) == []


def test_capitals_mean_what_small_letters_do(makegood: Shell) -> None:
    words = ["--mode", "Run", "--alerts", "Sentry", "--billing", "Stripe"]
    ran = makegood("init", "--yes", "--channel", "C0ERRORS", "--public-url", "https://makegood.example.com", *words)
    assert ran.status == 0, ran.err
    written = (makegood.folder / "makegood.toml").read_text()
    assert 'mode = "run"' in written
    assert "[trackers.sentry]" in written or "[hooks.sentry]" in written
    assert "stripe" in written
