"""Debian's PgBouncer before a PostgreSQL server, in transaction mode: each transaction may get another connection of it."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.support.memory import scratch

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_SETTINGS = """
[databases]
* = host={server} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
server_reset_query_always = 0
ignore_startup_parameters = extra_float_digits
"""


@contextmanager
def before(server: Path) -> Iterator[int]:
    """Its loopback port. Skips where it is not installed."""
    if PROGRAM is None:
        pytest.skip("PgBouncer is not here: apt-get install pgbouncer")
    with scratch() as folder, closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
        probe.close()
        settings = folder / "pgbouncer.ini"
        settings.write_text(_SETTINGS.format(server=server, port=port))
        folder.chmod(0o755)
        user = ("-u", server.owner()) if os.geteuid() == 0 else ()
        process = subprocess.Popen([PROGRAM, "-q", *user, str(settings)])  # noqa: S603 - Debian's
        try:
            _wait(process, port)
            yield port
        finally:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(200):
        if process.poll() is not None:
            break
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("PgBouncer did not start.")
