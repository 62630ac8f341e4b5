"""Mends the head of a mail as mail programs read it: a line that is no header ends it for Python's parser, and for nobody else."""

import re

END = re.compile(rb"\r?\n\r?\n")
HEADER = re.compile(rb"([!-9;-~]{1,80})[ \t]*:")
KNOWN = frozenset(
    b"from to cc subject date message-id reply-to content-type mime-version received in-reply-to references".split()
)
"""What a mail's own lines are called: a head that goes on with one of them has not ended."""

MOST_ODD = 5
"""So many lines without a header's name may stand in a head; with more of them it is a letter whose head has no end."""


def mended(raw: bytes, longest: int) -> bytes:
    """The mail with each line of its head being a header or the rest of one. Looks at the first `longest` bytes only."""
    begun = END.search(raw, 0, longest)
    if not begun:
        return raw
    lines = raw[: begun.start()].splitlines(keepends=True)
    last = max((at for at, line in enumerate(lines) if _name(line) in KNOWN), default=-1)
    kept = _kept(lines, last)
    return b"".join(kept) + raw[begun.start() :] if len(lines) - len(kept) <= MOST_ODD else raw


def _name(line: bytes) -> bytes:
    found = HEADER.match(line)
    return found[1].lower() if found else b""


def _kept(lines: list[bytes], last: int) -> list[bytes]:
    """Up to the last known header. Lines that are no header go, with those that continue them, and so do blanks before a colon."""
    kept: list[bytes] = []
    odd = False
    for at, line in enumerate(lines):
        goes_on = line.startswith((b" ", b"\t"))
        odd = odd if goes_on else at < last and not HEADER.match(line) and not line.startswith(b"From ")
        if not odd:
            kept.append(line if goes_on else HEADER.sub(rb"\1:", line, count=1))
    return kept
