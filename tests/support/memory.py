"""Where tests keep what nobody will want back: in memory if there is room."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder below it is made by tempfile
_ROOM = 1 << 30
_ROOMY = 6 << 30
"""Bytes for the folders of all tests of a run: two environments with all packages are among them."""


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder, gone afterwards. Containers often have a /dev/shm of 64 MB; then it is on disk."""
    with tempfile.TemporaryDirectory(dir=_MEMORY if _free(_ROOM) else None, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def root() -> Path:
    """In which pytest makes the folders of tests: there SQLite waits for no disk."""
    runs = not os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC if _free(_ROOMY) else False
    return _MEMORY if runs else Path(tempfile.gettempdir())


def _free(bytes_: int) -> bool:
    return _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > bytes_
