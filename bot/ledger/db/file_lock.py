"""Locks a SQLite file for one process, and refuses a second process with a sentence."""

import fcntl
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from sqlalchemy.engine import make_url

from bot.bug.errors import Misconfigured


@dataclass
class FileLock:
    path: Path
    _file: IO[Any] | None = field(default=None)

    @classmethod
    def of(cls, url: str) -> "FileLock":
        return cls(Path(str(make_url(url).database) + ".lock"))

    def take(self) -> None:
        """Raises Misconfigured where another process has it. The system frees it when the process ends, however it ends."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # a file of its own: SQLite takes locks on the database's file, and closing any handle of it would drop them
            #
            self._file = self.path.open("w")
        except OSError as error:
            raise Misconfigured(
                f"The database can't be kept in {self.path.parent}: {error.strerror}. "
                "Set MAKEGOOD_DATABASE_URL to a place that may be written to."
            ) from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise Misconfigured(
                f"Another process uses the database beside {self.path}. SQLite is for one process; "
                "for several set MAKEGOOD_DATABASE_URL to PostgreSQL."
            ) from None
        # before SQLite makes it, for all to read: it holds what customers wrote. Its log gets the same rights
        database = self.path.with_suffix("")
        if not database.exists():
            database.touch(mode=0o600)

    def free(self) -> None:
        if self._file:
            self._file.close()
