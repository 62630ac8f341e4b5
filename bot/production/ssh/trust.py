"""`makegood targets trust`: asks hosts for their keys, shows the fingerprints, and writes what a person has confirmed."""

import asyncio
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import asyncssh

from bot.bug.errors import Misconfigured, Unavailable
from bot.production.targets import SshTarget

DEFAULT_PORT = 22
OTHER_KINDS = "+ssh-ed25519,ecdsa-sha2-*,rsa-sha2-*"
"""Asked for after the kinds of key by which a host is known: one that has only another says so, rather than hanging up."""


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """A host's key as it answered just now; `state` compares it with what is known so far."""

    host: str
    port: int
    key: str
    """ "ssh-ed25519 AAAA…"."""
    fingerprint: str
    """ "SHA256:…", as ssh-keygen -lf prints it."""
    state: Literal["new", "known", "changed"]

    def __str__(self) -> str:
        words = {
            "new": "not known so far",
            "known": "known, unchanged",
            "changed": "NOT the key known so far: reinstalled, or somebody stands in between. Ask who runs it",
        }
        return f"{self.host}:{self.port}  {self.key.split()[0]}  {self.fingerprint}  ({words[self.state]})"


def split(host: str) -> tuple[str, int]:
    """ "web1:2222" -> ("web1", 2222); "[::1]:2222" and a bare IPv6 address are understood. Raises Misconfigured."""
    bracketed = re.fullmatch(r"\[([^\]]+)\](?::(\d{1,5}))?", host)
    named = bracketed or re.fullmatch(r"([^:\s\[\]]+)(?::(\d{1,5}))?", host)
    if named:
        return named[1], int(named[2] or DEFAULT_PORT)
    if re.fullmatch(r"[0-9A-Fa-f:.]+", host):
        return host, DEFAULT_PORT
    raise Misconfigured(f"{host!r} is no host: write web1.example.com or web1.example.com:2222 into hosts.")


async def scan(target: SshTarget) -> tuple[Scanned, ...]:
    """All hosts of a target at once; raises Unavailable naming the first that does not answer."""
    known = read_known(target.known_hosts)
    return tuple(await asyncio.gather(*(_scan(host, known, target.connect_timeout) for host in target.hosts)))


async def _scan(host: str, known: str, timeout: float) -> Scanned:  # noqa: ASYNC109 - the target's own setting, passed down
    name, port = split(host)
    try:
        async with asyncio.timeout(timeout):
            key = await asyncssh.get_server_host_key(
                name, port, config=None, server_host_key_algs=_known_first(known_keys(known, name, port))
            )
    except (OSError, asyncssh.Error) as error:
        raise Unavailable(
            f"{host} does not answer as an SSH server ({str(error) or 'no answer in time'}). Nothing was written."
        ) from error
    if key is None:
        raise Unavailable(f"{host} shows no key. Nothing was written.")
    public = key.export_public_key().decode().strip()
    return Scanned(
        host=name, port=port, key=public, fingerprint=key.get_fingerprint(), state=state_of(key, known, name, port)
    )


def _known_first(known: Sequence[asyncssh.SSHKey]) -> str | tuple[()]:
    """A host has a key of each kind: the one by which it is known is compared."""
    kinds = [kind.decode() for key in known for kind in key.sig_algorithms]
    return f"^{','.join(kinds)}" if kinds else ()


def state_of(key: asyncssh.SSHKey, known: str, host: str, port: int) -> Literal["new", "known", "changed"]:
    trusted = known_keys(known, host, port)
    if not trusted:
        return "new"
    return "known" if any(t.public_data == key.public_data for t in trusted) else "changed"


def known_keys(known: str, host: str, port: int) -> Sequence[asyncssh.SSHKey]:
    """The keys by which a host is known so far."""
    return asyncssh.match_known_hosts(asyncssh.import_known_hosts(known), host, "", port)[0]


def read_known(path: Path) -> str:
    """The file's text; a file that is not there yet knows nobody."""
    return path.read_text() if path.exists() else ""


def with_keys(known: str, scanned: Iterable[Scanned]) -> str:
    """The file's new text: a changed host's old lines go, the confirmed key is added, everything else stays. Pure."""
    text = known
    for found in scanned:
        if found.state == "changed":
            text = "".join(
                line for line in text.splitlines(keepends=True) if not known_keys(line, found.host, found.port)
            )
        if found.state != "known":
            end = "" if not text or text.endswith("\n") else "\n"
            text += f"{end}{pattern(found.host, found.port)} {found.key}\n"
    return text


def pattern(host: str, port: int) -> str:
    """How known_hosts writes a host: bare on port 22, "[host]:port" else."""
    return host if port == DEFAULT_PORT else f"[{host}]:{port}"


def write_known(path: Path, text: str) -> None:
    """In one step: a reader sees the old file or the new one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    Path(name).replace(path)
