"""Every command starts from the wheel, in an environment that was empty before."""

import asyncio
import json
from pathlib import Path

import aiohttp
import pytest

import bot
from bot.cli import COMMANDS
from bot.demo.server import free_port
from tests.support import postgres
from tests.wheel.places import SETTINGS, Place, local_slack


def test_it_says_its_version(bare: Place) -> None:
    asked = bare.run(bare.makegood, "--version")
    assert (asked.stdout, asked.stderr) == (f"makegood {bot.__version__}\n", "")
    assert bare.python("import importlib.metadata as m; print(m.version('makegood'))") == f"{bot.__version__}\n"


@pytest.mark.parametrize("command", ["", "run"])
def test_it_helps(bare: Place, command: str) -> None:
    ran = bare.run(bare.makegood, *command.split(), "--help")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith(f"usage: makegood {command}".rstrip())


HELP = """
import contextlib, io, json
from bot.cli import COMMANDS, main
said = {}
for command in COMMANDS:
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
        main([command, "--help"])
    said[command] = out.getvalue().partition(" [")[0]
print(json.dumps(said))
"""


def test_it_helps_with_every_command(bare: Place) -> None:
    assert json.loads(bare.python(HELP)) == {command: f"usage: makegood {command}" for command in COMMANDS}


def test_init_writes_what_run_then_asks_tokens_for(bare: Place) -> None:
    before = bare.run(bare.makegood, "run")
    assert before.returncode == 1
    assert before.stderr == "makegood: There is no makegood.toml. `makegood init` asks a few questions and writes it.\n"
    assert bare.run(bare.makegood, "init", "--yes", "--channel", "C0ERRORS").returncode == 0
    after = bare.run(bare.makegood, "run")
    assert after.returncode == 1
    assert after.stderr.startswith("makegood: SLACK_BOT_TOKEN is not set")


def test_the_shipped_actions_are_there_and_on(bare: Place) -> None:
    (bare.home / "makegood.toml").write_text(SETTINGS)
    lines = bare.run(bare.makegood, "actions", "list").stdout.splitlines()
    assert len(lines) == 13
    assert [line for line in lines if line.split()[3] != "on" and line.split()[2] != "on"] == []


@pytest.mark.parametrize("driver", ["", "asyncpg", "psycopg"])
async def test_it_runs_until_it_is_ready(bare: Place, driver: str, postgres_server: Path) -> None:
    (bare.home / "makegood.toml").write_text(SETTINGS)
    with postgres.database(postgres_server) as name:
        address = {"MAKEGOOD_DATABASE_URL": postgres.url(postgres_server, name, driver)} if driver else {}
        async with local_slack() as slack:
            ready = f"http://127.0.0.1:{slack['MAKEGOOD_PORT']}/ready"
            async with bare.started(ready, "run", **slack, **address):
                pass
    assert (bare.home / "makegood.db").exists() is not bool(driver)


def _refuses(place: Place, command: str, sentence: str) -> None:
    ran = place.run(place.makegood, command)
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, "", f"makegood: {sentence}\n")
    assert list(place.home.iterdir()) == []


def test_without_the_extra_it_is_said_what_to_install(bare: Place) -> None:
    said = "needs packages that are not installed here; add them with: pip install 'makegood[demo]'"
    _refuses(bare, "demo", f"`makegood demo` {said}")


def test_the_bench_says_that_it_belongs_to_a_checkout(bare: Place, with_demo: Place) -> None:
    for place in (bare, with_demo):
        _refuses(
            place,
            "bench",
            "The bench belongs to a checkout of Makegood's source; run `make setup` and `.venv/bin/makegood bench` there.",
        )


async def test_with_the_extra_the_demo_shows_its_page(with_demo: Place) -> None:
    port = free_port()
    page = f"http://127.0.0.1:{port}/"
    async with with_demo.started(page, "demo", "--port", str(port)), aiohttp.ClientSession() as http:
        async with asyncio.timeout(30):
            while "open it in a browser" not in (with_demo.home / "log").read_text():
                await asyncio.sleep(0.05)
        async with http.get(page) as answer:
            assert "<title>Makegood" in await answer.text()
