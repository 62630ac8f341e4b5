"""`makegood targets`: where fixes run, and whether a host's key is trusted."""

import asyncio
import io
from collections.abc import AsyncIterator

import asyncssh
import pytest

from bot.demo.host.host import Host
from tests.parts.cli.conftest import Shell


@pytest.fixture
async def host(makegood: Shell) -> AsyncIterator[Host]:
    home = makegood.folder / "home"
    home.mkdir()
    host = Host(home)
    await host.start()
    makegood.settings(
        f'[targets.web]\nhosts = ["{host.address}"]\nuser = "deploy"\nknown_hosts = "known_hosts"\nkey = "key"\n'
    )
    yield host
    await host.stop()


def says(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))


async def test_a_key_is_written_after_a_yes(makegood: Shell, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    says("yes\n", monkeypatch)
    ran = await asyncio.to_thread(makegood, "targets", "trust", "web")
    assert ran.status == 0
    assert host.host_key.get_fingerprint() in ran.out
    assert (makegood.folder / "known_hosts").read_text() == host.known_hosts
    again = await asyncio.to_thread(makegood, "targets", "trust", "web")
    assert again.out.endswith("Nothing to write: all of them are known.\n")


async def test_without_a_yes_nothing_is_written(makegood: Shell, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    says("y'all\n", monkeypatch)
    ran = await asyncio.to_thread(makegood, "targets", "trust", "web")
    assert (ran.status, ran.err) == (1, "makegood: Nothing was written.\n")
    assert not (makegood.folder / "known_hosts").exists()


async def test_a_script_trusts_a_new_key_and_never_a_changed_one(makegood: Shell, host: Host) -> None:
    assert (await asyncio.to_thread(makegood, "targets", "trust", "web", "--yes")).status == 0
    known = makegood.folder / "known_hosts"
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    former = known.read_text().split()[0] + f" {other}\n"
    known.write_text(former)
    ran = await asyncio.to_thread(makegood, "targets", "trust", "web", "--yes")
    assert ran.status == 1
    assert "NOT the key known so far" in ran.out
    assert "--yes is not enough" in ran.err
    assert known.read_text() == former


def test_the_list_shows_where_without_a_password(makegood: Shell) -> None:
    makegood.settings(
        '[targets.shop]\nurl = "postgresql+asyncpg://bot:hidden-word@db.example.com/shop"\ntables = { menus = "id" }\n'
        '[targets.app]\nbase_url = "https://app.example.com"\n'
    )
    lines = makegood("targets", "list").out.splitlines()
    assert [line.split()[:2] for line in lines] == [["shop", "sql"], ["app", "http"]]
    assert "db.example.com/shop" in lines[0]
    assert "hidden-word" not in lines[0]


@pytest.mark.parametrize("what", ["list", "check"])
def test_where_there_is_no_target_yet_that_is_said(makegood: Shell, what: str) -> None:
    makegood.settings("")
    ran = makegood("targets", what)
    assert (ran.status, ran.out) == (
        0,
        "There are no targets yet: a target is a table [targets.NAME] in the settings.\n",
    )


def test_only_targets_with_hosts_have_keys_to_trust(makegood: Shell) -> None:
    makegood.settings('[targets.app]\nbase_url = "https://app.example.com"\n')
    assert "those with hosts: none yet." in makegood("targets", "trust", "app").err
