"""One MariaDB server for a session of tests, Debian's own, and databases in it that last as long as a test."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pymysql
import pytest

from tests.support.memory import scratch

SERVER = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
SCRIPTS = Path("/usr/share/mysql")
PLAIN = (
    "--no-defaults",
    *(("--user=root",) if os.geteuid() == 0 else ()),
    "--innodb-buffer-pool-size=16M",
    "--innodb-log-file-size=4M",
    "--innodb-data-file-path=ibdata1:4M:autoextend",
    "--innodb-flush-log-at-trx-commit=0",  # nothing here outlives the tests, so it never waits for the disk
    "--innodb-doublewrite=0",
    "--skip-innodb-file-per-table",
    "--skip-innodb-stats-persistent",
)
NO_LOGS = ("--skip-log-bin",)
LOGS = ("--log-bin", "--server-id=1", "--binlog-format=ROW", "--binlog-row-metadata=FULL", "--binlog-row-image=FULL")
_numbers = count(1)


@contextmanager
def server(*, logs: bool = False) -> Iterator[int]:
    """The loopback port on which root needs no password. Skips where the server is not installed, except in CI.

    With `logs` it writes a row binlog with the names of columns, which a witness of the oracle reads.
    """
    if SERVER is None:
        if os.environ.get("CI") == "true":
            pytest.fail("MariaDB is not here. Install Debian's mariadb-server-core.")
        pytest.skip("MariaDB is not here: apt-get install mariadb-server-core")
    with scratch() as folder:
        data = folder / "data"
        data.mkdir()
        _furnish(data)
        port = _free_port()
        with (
            (folder / "log").open("wb") as log,
            _serving(SERVER, data, port, log, LOGS if logs else NO_LOGS) as process,
        ):
            _wait(process, port, folder / "log")
            yield port


@contextmanager
def database(port: int) -> Iterator[str]:
    """The name of a new, empty database, gone afterwards."""
    name = f"story_{next(_numbers)}"
    with connected(port) as conn:
        execute(conn, f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        try:
            yield name
        finally:
            execute(conn, f"DROP DATABASE {name}")


def url(port: int, name: str, driver: str = "aiomysql", user: str = "root") -> str:
    return f"mysql+{driver}://{user}@127.0.0.1:{port}/{name}"


@contextmanager
def connected(port: int) -> Iterator[Any]:
    with closing(
        pymysql.connect(host="127.0.0.1", port=port, user="root", password="", autocommit=True, ssl_disabled=True)
    ) as conn:
        yield conn


def execute(conn: Any, *statements: str) -> None:
    with conn.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _furnish(data: Path) -> None:
    """The tables of the server itself, as mariadb-install-db makes them."""
    script = (
        "CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\n",
        (SCRIPTS / "mysql_system_tables.sql").read_text(),
        "SET @current_hostname = 'localhost', @skip_auth_anonymous = 1;\n",
        (SCRIPTS / "mysql_system_tables_data.sql").read_text(),
    )
    command = (str(SERVER), *PLAIN, "--bootstrap", f"--datadir={data}", _own_tmp(data))
    subprocess.run(command, input="".join(script).encode(), check=True, capture_output=True, timeout=60)  # noqa: S603 - Debian's server


def _own_tmp(data: Path) -> str:
    """A server that starts removes all temporary tables in its tmpdir, those of servers that run, too: they crash."""
    return f"--tmpdir={data.parent}"


@contextmanager
def _serving(server: str, data: Path, port: int, log: Any, logs: tuple[str, ...]) -> Iterator[subprocess.Popen[bytes]]:
    where = (f"--datadir={data}", f"--socket={data.parent / 'socket'}", "--bind-address=127.0.0.1", f"--port={port}")
    names = ("--performance-schema=on", "--performance-schema-session-connect-attrs-size=512")
    command = [server, *PLAIN, *where, *names, _own_tmp(data), *logs]
    process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 - Debian's
    try:
        yield process
        if process.poll() is not None:
            pytest.fail(f"MariaDB ended by itself: {Path(log.name).read_text(errors='replace')[-6000:]}")
    finally:
        process.kill()  # its data is thrown away
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            with connected(port):
                return
        except pymysql.err.OperationalError:
            time.sleep(0.05)
    pytest.fail(f"MariaDB did not start: {log.read_text()[-1000:]}")


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
