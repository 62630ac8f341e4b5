"""Seals before-images, so that somebody who can read only the database reads no rows of production."""

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from bot.bug.errors import Misconfigured, Refused


class Vault:
    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    @classmethod
    def at(cls, path: Path) -> "Vault":
        """The key in this file. A missing file is made, and only its owner may read it."""
        try:
            if not path.exists():
                _make(path)
            return cls(path.read_bytes().strip())
        except OSError as error:
            raise Misconfigured(
                f"The key of the before-images can't be kept in {path}: {error.strerror}. "
                "Makegood's user has to own that folder, which is the one of makegood.toml."
            ) from error
        except ValueError as error:
            raise Misconfigured(
                f"{path} does not hold a key of Makegood. Restore it from the backup: it opens the before-images."
            ) from error

    def seal(self, image: bytes) -> str:
        return self._fernet.encrypt(image).decode()

    def open(self, sealed: str) -> bytes | None:
        """None for an image that has expired. Raises Refused where the key is another one."""
        if not sealed:
            return None
        try:
            return self._fernet.decrypt(sealed.encode())
        except InvalidToken as error:
            raise Refused(
                "The stored image can't be opened with this machine's key, so this can't be undone from here."
            ) from error


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(Fernet.generate_key())
