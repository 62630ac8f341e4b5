"""A warm interpreter that forks processes of Makegood: each is real and has its own pid, none imports for a second before it starts.

Reads a line of JSON for each process to start, writes a line for each that was started or has ended.
"""

import ctypes
import gc
import json
import os
import pkgutil
import select
import signal
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import bot

PR_SET_PDEATHSIG = 1
FEW = 20_000
"""New values between two looks for garbage: a child does not live for long."""
LOOK = 0.02
"""Seconds between two looks at who has ended."""
WARM = (
    "asyncpg",
    "asyncssh",
    "aiosmtplib",
    "aiosqlite",
    "stripe",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.sqlite.aiosqlite",
)
COLD = ("bot.demo", "bot.commands.demo", "bot.__main__")
"""What no process of ours imports."""


def main() -> None:
    """Until its standard input is closed."""
    for name in (*WARM, *ours()):
        __import__(name)
    gc.collect()
    gc.freeze()  # nothing of it is garbage: no child looks through it, so its pages stay shared
    say({"ready": True})
    buffer = b""
    while True:
        if select.select([0], [], [], LOOK)[0]:
            read = os.read(0, 65536)
            if not read:
                return
            buffer += read
        *lines, buffer = buffer.split(b"\n")
        for line in lines:
            start(json.loads(line))
        reap()


def ours() -> Iterator[str]:
    """Every module of ours, so that no child imports one when its settings name it."""
    for found in pkgutil.walk_packages(bot.__path__, "bot."):
        if not found.name.startswith(COLD):
            yield found.name


def say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def start(asked: dict[str, Any]) -> None:
    pid = os.fork()
    if pid == 0:
        become(asked)
    say({"started": asked["id"], "pid": pid})


def reap() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        say({"ended": pid, "status": os.waitstatus_to_exitcode(status)})


def become(asked: dict[str, Any]) -> NoReturn:
    """The child: it dies with us, writes into its log, and is `makegood …` from here on."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    gc.set_threshold(FEW)
    status: int | str | None = 1
    try:
        log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.environ.clear()
        os.environ.update(asked["environment"])
        os.chdir(Path(asked["log"]).parent)
        from bot.cli import main as makegood  # noqa: PLC0415 - in the child alone
        from tests.faults.stories import seam  # noqa: PLC0415 - in the child alone

        seam.install(seam.Given(**asked["seam"]))
        makegood(asked["arguments"])
    except SystemExit as ended:
        status = ended.code
    except BaseException:  # noqa: BLE001 - the log is all that anybody sees of a child
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status if isinstance(status, int) else 1)


if __name__ == "__main__":
    main()
