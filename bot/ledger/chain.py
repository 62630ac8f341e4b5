"""The hash chain: the hash of an entry covers its stored text, its commitment and the hash before it."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

START = "0" * 64
HASHED = ("team", "bug", "seq", "kind", "at", "by", "key", "body", "commitment")


def salt() -> str:
    return secrets.token_hex(32)


def commit(salt_: str, private: str) -> str:
    """A commitment that says nothing of a short text without its salt, and nothing at all once the row is gone."""
    # an address or a first name is soon guessed, so a plain hash of it would be as good as the text itself
    return hmac.new(bytes.fromhex(salt_), private.encode(), hashlib.sha256).hexdigest()


def link(prev: str, row: Mapping[str, Any]) -> str:
    """The hash of an entry, over the exact text that is stored."""
    # a JSON list and not joined text: otherwise a letter that moves from one field to the next would leave the hash the
    # same
    text = json.dumps([prev, *(row[name] for name in HASHED)], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def broken_at(rows: Iterable[Mapping[str, Any]]) -> int | None:
    """The seq of the first entry of one bug that is not what was written, or that is missing; None where all is well."""
    prev, expected = START, 1
    for row in rows:
        if row["seq"] != expected or row["prev"] != prev or row["hash"] != link(prev, row):
            return expected
        prev, expected = row["hash"], expected + 1
    return None


def heads(pairs: Iterable[tuple[int, str]]) -> str:
    """One hash over every bug's head, for the daily anchor."""
    text = json.dumps(sorted(pairs), separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def anchored(prev: str, day: str, bugs: int, seqs: str, heads_: str) -> str:
    """The hash of a daily anchor, over all that it says and the one before."""
    text = json.dumps([prev, day, bugs, seqs, heads_], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
