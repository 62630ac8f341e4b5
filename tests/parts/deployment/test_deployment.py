"""What the pages and the files of a deployment say holds: database, password, service, folders."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from string import Template

import psycopg
import pytest
import yaml
from sqlalchemy import text
from sqlalchemy.engine import make_url

from bot.bug.errors import Misconfigured
from bot.demo.server import Demo
from bot.ledger.db.engine import Database
from bot.ledger.db.migrate import migrate
from bot.production.redaction import Redactor
from bot.settings import environment, settings
from bot.settings.environment import known_secrets
from bot.sinks.vault import Vault
from tests.support import postgres
from tests.unit.docs.pages import ROOT, blocks
from tests.unit.docs.pages import text as page

PASSWORD = "p@ss:/?#[%41]&=\"' $w{}\\ü"
DRIVERS = ("asyncpg", "psycopg")


@pytest.fixture
def made(postgres_server: Path) -> Iterator[Path]:
    """The server after the two lines of the documentation; it asks that role, and no other, for its password."""
    (sql,) = blocks(page("docs/operations.md"), "sql")[:1]
    lines = sql.strip().splitlines()
    assert len(lines) == 2
    with psycopg.connect(postgres.url(postgres_server, "postgres"), autocommit=True) as conn:
        hba = Path(conn.execute("SHOW hba_file").fetchone()[0])  # type: ignore[index] # SHOW gives a row
        before = hba.read_text()
        hba.write_text(f"local all makegood scram-sha-256\n{before}")
        conn.execute("SELECT pg_reload_conf()")
        for line in lines:
            conn.execute(line.replace("…", PASSWORD.replace("'", "''")).encode())
        yield postgres_server
        conn.execute("DROP DATABASE makegood WITH (FORCE)")
        conn.execute("DROP ROLE makegood")
        hba.write_text(before)
        conn.execute("SELECT pg_reload_conf()")


def _composed(password: str) -> dict[str, str]:
    """What the bot's container is told, as Compose puts it together: a variable's value is put in as it is."""
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    required = re.compile(r"\$\{(\w+):\?[^}]*\}")
    told = {name: required.sub(r"${\1}", value) for name, value in services["makegood"]["environment"].items()}
    assert services["database"]["environment"]["POSTGRES_USER"] == "makegood"
    return {name: Template(value).substitute(POSTGRES_PASSWORD=password) for name, value in told.items()}


def _address(socket: Path, driver: str, password: str) -> str:
    """The settings' answer to Compose's variables, at this server instead of the container's."""
    told = _composed(password)
    url = make_url(told["MAKEGOOD_DATABASE_URL"])
    assert (url.host, url.database, url.password) == ("database", "makegood", None)
    here = url.set(drivername=f"postgresql+{driver}", host=None, query={"host": str(socket)})
    return environment.database_url(Path("makegood.toml"), {**told, "MAKEGOOD_DATABASE_URL": str(here)})


@pytest.mark.parametrize("driver", DRIVERS)
async def test_a_password_of_any_character_opens_the_documented_database(made: Path, driver: str) -> None:
    db = Database(_address(made, driver, PASSWORD))
    try:
        await migrate(db)
        async with db.read() as conn:
            assert await conn.scalar(text("SELECT current_user")) == "makegood"
    finally:
        await db.close()


async def test_another_password_opens_nothing(made: Path) -> None:
    db = Database(_address(made, "asyncpg", "p"))
    try:
        assert not await db.alive()
    finally:
        await db.close()


def test_a_password_in_the_address_is_the_one_that_counts() -> None:
    url = "postgresql+asyncpg://makegood:own@database/makegood"
    told = {"MAKEGOOD_DATABASE_URL": url, "MAKEGOOD_DATABASE_PASSWORD": "other"}
    assert environment.database_url(Path("makegood.toml"), told) == url
    file = "sqlite+aiosqlite:////data/makegood.db"
    assert environment.database_url(Path("makegood.toml"), {**told, "MAKEGOOD_DATABASE_URL": file}) == file


def test_the_database_s_password_is_in_no_log(tmp_path: Path) -> None:
    path = tmp_path / "makegood.toml"
    path.write_text('[slack]\nerror_channels = ["C0ERRORS"]\n')
    tokens = {"SLACK_BOT_TOKEN": "xoxb-local", "SLACK_APP_TOKEN": "xapp-local"}
    read, secrets = settings.read(path, {})
    runtime = environment.read(path, secrets, {**tokens, **_composed(PASSWORD)})
    assert make_url(runtime.database_url).password == PASSWORD
    redact = Redactor(known_secrets(read, runtime)).redact
    assert PASSWORD not in redact(f"password authentication failed: {PASSWORD}")


# -- the service


def _unit() -> str:
    (unit,) = blocks(page("docs/operations.md"), "ini")
    return unit


def test_the_service_waits_for_network_and_database_and_is_no_root() -> None:
    said = dict(line.split("=", 1) for line in _unit().splitlines() if "=" in line)
    assert said["After"].split() == ["network-online.target", "postgresql.service"]
    assert said["Wants"] == "network-online.target"
    assert said["User"] == said["StateDirectory"] == "makegood"
    assert (said["ProtectSystem"], said["NoNewPrivileges"]) == ("strict", "yes")


def _analyze(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """By systemd itself. Its program stands for ours, which is not installed where the unit says."""
    unit = folder / "makegood.service"
    unit.write_text(_unit().replace("/opt/makegood/bin/makegood", "/bin/true"))
    return subprocess.run(["systemd-analyze", *words, unit], capture_output=True, text=True, check=False)  # noqa: S603, S607 - the system's


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed here")
def test_systemd_takes_every_line_and_finds_it_hardened(tmp_path: Path) -> None:
    verified = _analyze(tmp_path, "verify", "--man=no")
    assert "makegood.service" not in verified.stderr, verified.stderr
    rated = _analyze(tmp_path, "security", "--offline=yes", "--threshold=20")
    assert rated.returncode == 0, rated.stdout


# -- folders that cannot be written: a file stands where the folder should be


def test_a_key_that_cannot_be_kept_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Misconfigured, match=r"can't be kept in .*makegood\.key: Not a directory"):
        Vault.at(tmp_path / "file" / "bot" / "makegood.key")


async def test_a_demo_that_cannot_keep_its_files_says_so_and_stops(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    demo = Demo(0, tmp_path / "file" / "demo")
    with pytest.raises(Misconfigured, match="Choose another folder with --data"):
        await demo.start()
    await demo.stop()
