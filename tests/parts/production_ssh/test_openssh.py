"""What only OpenSSH's own server does: limits, several keys, login shells, accounts that are shut, connections that die."""

from pathlib import Path
from typing import Any

import asyncssh
import pytest

from bot.production.ssh.trust import scan
from tests.parts.production_ssh.conftest import RUN, Build, Ear, Echo, Place, group_is_gone, group_of, group_to_be_gone
from tests.parts.production_ssh.test_cut_offs import Sleeps
from tests.support.openssh import OpenSsh

pytestmark = pytest.mark.parametrize("server", ["openssh"])


async def test_a_cancel_reaches_a_host_that_allows_one_session_for_a_connection(places: Build, ear: Ear) -> None:
    narrow: Place = await places(options=("MaxSessions 1",))
    ear.cancel_once("asleep")
    outcome = await narrow.run(Sleeps(), ear)
    assert (outcome.state, "was ended, as somebody cancelled the run" in outcome.summary) == ("failed", True)
    assert group_is_gone(group_of(ear))


@pytest.mark.parametrize("shell", ["/bin/bash", "/bin/bash --posix", "/bin/dash"])
async def test_any_login_shell_brings_the_launcher_up(places: Build, ear: Ear, shell: str) -> None:
    outcome = await (place := await places(login_shell=shell)).run(Echo(word="it's $HOME"), ear)
    assert (outcome.state, place.heard()) == ("succeeded", "it's $HOME")


async def test_a_login_that_prints_a_greeting_changes_nothing(places: Build, ear: Ear, tmp_path: Path) -> None:
    greets = tmp_path / "greets"
    greets.write_text('#!/bin/sh\necho Welcome to production\nexec /bin/sh "$@"\n')
    greets.chmod(0o755)
    chatty = await places(login_shell=str(greets))
    outcome = await chatty.run(Echo(word="x"), ear)
    assert (outcome.state, chatty.heard()) == ("succeeded", "x")
    assert "Welcome" not in outcome.detail


async def test_an_account_that_is_shut_runs_nothing_and_its_words_are_told(places: Build, ear: Ear) -> None:
    shut = await places(login_shell="/usr/sbin/nologin")
    outcome = await shut.run(Echo(word="x"), ear)
    assert outcome.state == "failed"
    assert "it says: This account is currently not available." in outcome.summary
    assert shut.heard() is None


async def test_a_host_with_keys_of_several_kinds_is_known_by_any_of_them(
    places: Build, ear: Ear, tmp_path: Path
) -> None:
    second = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    second.write_private_key(tmp_path / "second_key")
    (tmp_path / "second_key").chmod(0o600)
    place = await places(options=(f"HostKey {tmp_path / 'second_key'}",))
    place.target.known_hosts.write_text(f"[127.0.0.1]:{place.host.port} {second.export_public_key().decode()}")
    assert [found.state for found in await scan(place.target)] == ["known"]
    assert (await place.run(Echo(word="x"), ear)).state == "succeeded"


async def test_a_connection_that_dies_is_unknown_and_a_look_finds_what_still_runs(place: Any, ear: Ear) -> None:
    host: OpenSsh = place.host
    ear.on_line = lambda _: host.cut()
    preview = await place.runtime.preview(Sleeps(), RUN)
    cut = await place.runtime.run(Sleeps(), preview, RUN, ear)
    assert cut.state == "unknown"
    assert "lost the connection while it ran" in cut.summary
    seen = await place.runtime.investigate(Sleeps(), preview, cut.image, RUN, ear)
    assert (seen.state, "still running on" in seen.summary) == ("unknown", True)
    await host.stop()
    await group_to_be_gone(group_of(ear))
