"""The texts for a host: the launcher that starts a command only when told to, the one that ends it, and their answers. Pure.

The launcher is the same text for every command (no shell a user may have reads a parameter), puts itself into a process
group of its own, says "ready", its group and the host's time, and waits. It starts the command only after "go", a deadline by the
host's own clock and the whole command with its length; a connection cut before that leaves production untouched, for certain.
"""

import re
import shlex
from dataclasses import dataclass
from enum import StrEnum

_INNER = (
    r'printf "\n%s ready %s %s\n" "$1" "$$" "$(date +%s)"; '
    r'read -r go until length || exit 74; [ "$go" = go ] || exit 74; '
    r'LC_ALL=C; c=$(cat); [ "${#c}" = "$length" ] || exit 74; '
    r'if [ "$(date +%s)" -gt "$until" ]; then printf "%s late\n" "$1"; exit 75; fi; '
    r'printf "%s started\n" "$1"; '
    r'exec env -i HOME="$HOME" USER="$(id -un)" LOGNAME="$(id -un)" LANG=C.UTF-8 '
    r'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:"$HOME/bin" sh -c "$c" </dev/null 2>&1'
)
# Perl stands in where a system has no setsid(1), as macOS has none. The end is said in the same stream as the output, so that a service
# that the command has started may hold its output open. What that service prints later is read and thrown away: a broken pipe would end it.
_OUTER = (
    r'exec 3<&0; s=setsid; command -v setsid >/dev/null 2>&1 || s="perl -MPOSIX=setsid -e setsid;exec(@ARGV)"; '
    rf'{{ $s sh -c {shlex.quote(_INNER)} makegood "$1" <&3 3<&- & g=$!; exec 3<&-; '
    r'trap "kill -s TERM -- -$g; exit 143" TERM HUP INT; wait "$g"; printf "%s ended %s\n" "$1" "$?"; } | '
    r"{ exec 3<&-; trap '' TERM HUP INT; cat 2>/dev/null; exec cat >/dev/null; }"
)
# a process that has ended and was not fetched yet still has its group, and counts no more
_ALIVE = (
    r'alive() { kill -s 0 -- "-$1" 2>/dev/null || return 1; command -v ps >/dev/null 2>&1 || return 0; '
    r'ps -A -o pgid= -o stat= | grep -q "^ *$1  *[^ Z]"; }; '
)
# the command itself, which leads its group; what it has started may outlive it
_LEADER = (
    r'leader() { kill -s 0 "$1" 2>/dev/null || return 1; command -v ps >/dev/null 2>&1 || return 0; '
    r'ps -A -o pid= -o pgid= -o stat= | grep -q "^ *$1  *$1  *[^ Z]"; }; '
)
_PROBE = 'if leader "$1"; then echo running; elif alive "$1"; then echo left; else echo gone; fi'
_END = (
    r'kill -s TERM -- "-$1" 2>/dev/null || { echo gone; exit 0; }; '
    r"for i in 1 2 3 4; do sleep 0.2 || sleep 1; "
    r'alive "$1" || { echo ended; exit 0; }; done; '
    r'kill -s KILL -- "-$1" 2>/dev/null; echo killed'
)
_READY = re.compile(rb"^(?P<nonce>[0-9a-f]+) ready (?P<group>[0-9]{1,10}) (?P<now>[0-9]{1,12})\r?$", re.MULTILINE)


class WireOutput(StrEnum):
    """The launcher's answer to "go"."""

    STARTED = "started"
    LATE = "late"


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A launcher waits: its process group and the host's clock, in seconds of the epoch."""

    group: int
    now: int


def launcher(nonce: str) -> str:
    """The command line that brings the launcher up; `nonce` marks its lines among whatever a login prints."""
    return f"exec /bin/sh -c {shlex.quote(_OUTER)} makegood {nonce}"


def ending(group: int) -> str:
    """The command line that ends a process group: TERM, and KILL for what is left after 0.8 seconds."""
    return f"exec /bin/sh -c {shlex.quote(_ALIVE + _END)} makegood {group}"


class Left(StrEnum):
    """What is still there of a command."""

    RUNNING = "running"
    CHILDREN = "left"
    """It has ended itself; something that it has started has not."""
    NOTHING = "gone"


def probing(group: int) -> str:
    """The command line that says what is still there of a command: one word of `Left`."""
    return f"exec /bin/sh -c {shlex.quote(_ALIVE + _LEADER + _PROBE)} makegood {group}"


def go(command: str, *, until: int) -> bytes:
    """What is written to a waiting launcher, followed by the end of the input."""
    whole = command.strip().encode()  # the shell's $(cat) drops line ends
    return f"go {until} {len(whole)}\n".encode() + whole


class Ending:
    """Finds the launcher's word that the command has ended in what it printed. `status` is None until then."""

    def __init__(self, nonce: str) -> None:
        self.status: int | None = None
        self._mark = f"{nonce} ended ".encode()
        self._whole = re.compile(re.escape(self._mark) + rb"([0-9]{1,3})\n")
        self._held = b""

    def feed(self, chunk: bytes) -> bytes:
        """What of it is output; half a mark is kept until the rest is there."""
        data = self._held + chunk
        if found := self._whole.search(data):
            self.status, self._held = int(found[1]), b""
            return data[: found.start()]
        kept = self._half(data)
        self._held = data[len(data) - kept :]
        return data[: len(data) - kept]

    def rest(self) -> bytes:
        """What was kept, where nothing comes any more."""
        held, self._held = self._held, b""
        return held

    def _half(self, data: bytes) -> int:
        """How many bytes at its end may be the beginning of a mark."""
        longest = min(len(data), len(self._mark) + 3)
        return next((n for n in range(longest, 0, -1) if self._begins(data[-n:])), 0)

    def _begins(self, end: bytes) -> bool:
        return self._mark.startswith(end) or (end.startswith(self._mark) and end[len(self._mark) :].isdigit())


def read_ready(seen: bytes, nonce: str) -> Ready | None:
    for match in _READY.finditer(seen):
        if match["nonce"] == nonce.encode() and seen[match.end() : match.end() + 1] == b"\n":
            return Ready(group=int(match["group"]), now=int(match["now"]))
    return None


def read_said(line: bytes, nonce: str) -> WireOutput | None:
    words = line.decode(errors="replace").split()
    return WireOutput(words[1]) if len(words) == 2 and words[0] == nonce and words[1] in set(WireOutput) else None  # noqa: PLR2004 a nonce and a word
