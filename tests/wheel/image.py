"""The Dockerfile's own lines, run on a throw-away copy of this machine's root: everything that they write is in memory."""

import io
import json
import os
import re
import shlex
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests.wheel.places import ROOT, registry

BASE = "/usr/local/base"
"""Stands for the python of the image that FROM names."""
BEGIN = f"""
set -e
mount -t tmpfs image "$1" && mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay image -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount --rbind /dev "$1/root/dev" && mount -t proc proc "$1/root/proc"
for file in passwd group; do  # an image begins without people
    awk -F: '$3 < 1000 || $3 > 60000' "/etc/$file" > "$1/$file" && cp "$1/$file" "$1/root/etc/$file"
done
chmod a+x "$1/root/root"  # a python of its own may live there
chroot "$1/root" "$2" -m venv {BASE}
echo ready && exec sleep 900
"""
TELLS_NOTHING_HERE = {"FROM", "VOLUME", "EXPOSE"}


def instructions() -> list[tuple[str, str]]:
    """As ("RUN", "pip install …"), in their order."""
    lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    found = [line.split(maxsplit=1) for line in joined.splitlines() if line.strip()]
    return [(word, rest) for word, rest in found]


@dataclass
class Image:
    """What the lines have come to so far."""

    root: Path
    holder: int
    """The process whose mounts these are."""
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": f"{BASE}/bin:/usr/bin:/bin:/usr/sbin:/sbin"})
    folder: str = "/"
    user: str = "root"
    healthcheck: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()

    def build(self) -> None:
        for word, rest in instructions():
            if word not in TELLS_NOTHING_HERE:
                getattr(self, f"_{word.lower()}")(rest)  # a word that is not known here fails

    def _run(self, rest: str) -> None:
        ran = self.run("/bin/sh", "-c", rest, **registry())
        assert ran.returncode == 0, f"RUN {rest}\n{ran.stderr}"

    def _workdir(self, rest: str) -> None:
        self.folder = str(PurePosixPath(self.folder) / rest)
        self._inside("mkdir", "-p", self.folder)

    def _copy(self, rest: str) -> None:
        """Of a folder its content, of files themselves, as Docker does; hidden are the caches, as .dockerignore has it."""
        *sources, goal = rest.split()
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for source in sources:
                inside = goal if (ROOT / source).is_dir() else str(PurePosixPath(goal) / source)
                archive.add(ROOT / source, inside, filter=_owned)
        self._inside("tar", "-x", "-C", self.folder, stdin=packed.getvalue())

    def _env(self, rest: str) -> None:
        for word in shlex.split(rest):
            name, _, value = word.partition("=")
            self.environment[name] = re.sub(r"\$(\w+)", lambda m: self.environment[m[1]], value)

    def _user(self, rest: str) -> None:
        self.user = rest

    def _healthcheck(self, rest: str) -> None:
        self.healthcheck = tuple(json.loads(rest.partition("CMD")[2]))

    def _entrypoint(self, rest: str) -> None:
        self.entrypoint = tuple(json.loads(rest))

    def _cmd(self, rest: str) -> None:
        self.command = tuple(json.loads(rest))

    def write(self, folder: str, files: Mapping[str, bytes]) -> None:
        """As root, by path below the folder."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for path, content in files.items():
                info = tarfile.TarInfo(path.lstrip("/"))
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        self._inside("mkdir", "-p", folder)
        self._inside("tar", "-x", "-C", folder, stdin=packed.getvalue())

    def words(self, *command: str, **more: str) -> list[str]:
        """What starts a command inside, as the image's user in the image's folder; `more` is `docker run -e`."""
        settings = [f"{name}={value}" for name, value in {**self.environment, **more}.items()]
        inside = ["chroot", f"--userspec={self.user}", str(self.root)]
        begin = ["/bin/sh", "-c", f'cd {self.folder} && exec "$@"', "sh", *command]
        return [*self._entered, "env", "-i", *settings, *inside, *begin]

    def run(self, *command: str, **more: str) -> "subprocess.CompletedProcess[str]":
        words = self.words(*command, **more)
        return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603 - the Dockerfile's own words

    @property
    def _entered(self) -> list[str]:
        return ["nsenter", f"--mount=/proc/{self.holder}/ns/mnt", "--"]

    def _inside(self, *command: str, stdin: bytes = b"") -> None:
        words = [*self._entered, "chroot", str(self.root), *command]
        subprocess.run(words, input=stdin, check=True, capture_output=True)  # noqa: S603 - our own words


def _owned(info: tarfile.TarInfo) -> tarfile.TarInfo | None:
    info.uid = info.gid = 0
    return None if "__pycache__" in info.name else info


def refused() -> str:
    """Why this machine gives no such root; empty where it does."""
    if os.geteuid() or not Path("/proc/self/ns/mnt").exists():
        return "the steps of an image change users and mount: that takes root on Linux, as CI has it"
    ran = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", "mount -t tmpfs try /mnt"],  # noqa: S607 - the system's
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stderr.strip()


@contextmanager
def image(folder: Path) -> Iterator[Image]:
    """Begun, not built."""
    python = str(Path(sys.base_prefix) / "bin" / "python3")
    with subprocess.Popen(  # noqa: S603 - our own words
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", BEGIN, "sh", folder, python],  # noqa: S607 - the system's
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "ready\n"
            yield Image(root=folder / "root", holder=holder.pid)
        finally:
            holder.kill()
