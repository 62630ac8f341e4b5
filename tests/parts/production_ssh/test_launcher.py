"""The launcher by itself, in the shell of this system: it starts nothing but a whole command, in time, when told to."""

import asyncio
import os
from pathlib import Path

import pytest

from bot.production.ssh.wire import Ending, go, launcher, read_ready

FAR = 99_999_999_999


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def launched(folder: Path, order: bytes, **environment: str) -> tuple[int | None, str]:
    """The status that it says the command has ended with, and what it said after it was ready."""
    pipe = asyncio.subprocess.PIPE
    env = {"HOME": str(folder), "PATH": os.environ["PATH"], **environment}
    command = ("/bin/sh", "-c", launcher("ab12"))
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, env=env, stdin=pipe, stdout=pipe)
    said, _ = await process.communicate(order)
    assert read_ready(said, "ab12") is not None
    ending = Ending("ab12")
    output = ending.feed(said) + ending.rest()
    return ending.status, output.split(b"\n", 2)[2].decode()


async def test_a_whole_order_runs(tmp_path: Path) -> None:
    assert await launched(tmp_path, go("echo hello; exit 3", until=FAR)) == (3, "ab12 started\nhello\n")


@pytest.mark.parametrize("kept", [0, 2, 5, 20, -1])
async def test_an_order_that_was_cut_off_runs_nothing(tmp_path: Path, kept: int) -> None:
    order = go("touch done; touch really-done", until=FAR)[:kept]
    assert await launched(tmp_path, order) == (74, "")
    assert files_in(tmp_path) == []


async def test_an_order_of_other_words_runs_nothing(tmp_path: Path) -> None:
    assert await launched(tmp_path, b"run 99999999999 10\ntouch done") == (74, "")


async def test_after_the_deadline_by_the_hosts_own_clock_nothing_runs(tmp_path: Path) -> None:
    assert await launched(tmp_path, go("touch done", until=1_000_000_000)) == (75, "ab12 late\n")
    assert files_in(tmp_path) == []


async def test_a_length_counts_bytes_whatever_the_language(tmp_path: Path) -> None:
    assert await launched(tmp_path, go("echo naïve 🦆", until=FAR), LC_ALL="C.UTF-8") == (0, "ab12 started\nnaïve 🦆\n")


async def test_a_system_without_setsid_is_served_by_perl(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("sh", "date", "cat", "id", "env", "perl", "ps"):
        (tools / tool).symlink_to(
            next(Path(p) / tool for p in os.environ["PATH"].split(":") if (Path(p) / tool).exists())
        )
    _, said = await launched(tmp_path, go("ps -o pid= -o pgid= -p $$", until=FAR), PATH=str(tools))
    pid, group = said.splitlines()[1].split()
    assert pid == group


async def test_a_service_that_holds_the_output_open_does_not_hold_up_the_end_and_outlives_it(tmp_path: Path) -> None:
    """What it prints when nobody listens any more ends it neither."""
    service = "(while ! test -e stop; do echo tick; sleep 0.05; done; touch outlived) &"
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *("/bin/sh", "-c", launcher("ab12")), cwd=tmp_path, env=dict(os.environ), stdin=pipe, stdout=pipe
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(go(f"{service} echo started it", until=FAR))
    process.stdin.write_eof()
    ending = Ending("ab12")
    async with asyncio.timeout(5):
        while ending.status is None:
            ending.feed(await process.stdout.read(4096))
    process._transport.close()  # type: ignore[attr-defined]
    await asyncio.sleep(0.5)
    (tmp_path / "stop").touch()
    async with asyncio.timeout(5):
        while not (tmp_path / "outlived").exists():
            await asyncio.sleep(0.02)
    assert ending.status == 0
