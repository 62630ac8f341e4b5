"""Where a test's database server keeps its data: in memory if there is room, since nobody will want it back."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder below it is made by tempfile
_ROOM = 1 << 30


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder, gone afterwards. Containers often have a /dev/shm of 64 MB; then it is on disk."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    with tempfile.TemporaryDirectory(dir=_MEMORY if roomy else None, ignore_cleanup_errors=True) as folder:
        yield Path(folder)
