"""Finds bugs by words: of titles, messages, customers, actions, and of what was said in the thread.

SQLite's FTS5 and PostgreSQL's tsvector hold the words of each bug. They are cut here, without accents and in small letters, so that
both find the same. The index follows the entries within a second or two: nobody who writes waits for it.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import Bug
from bot.bug.course.conversation import Said
from bot.bug.customers.customers import CustomerWrote
from bot.bug.telling.messages import Answered, Told
from bot.bug.words import plain
from bot.ledger import states
from bot.ledger.db.engine import HOOKS
from bot.ledger.db.tables import bugs
from bot.ledger.entries import entries_in
from bot.ledger.ledger import Entry, Ledger

AT_ONCE = 20
"""Bugs in one transaction: a claim that comes meanwhile waits a few milliseconds at most."""
LONGEST, MOST = 60, 20_000
"""Characters of a word; words of a bug. What is longer is a token or a stack of bytes that nobody searches for."""
_WORD = re.compile(r"[^\W_]+")
SPOKEN = (Said, CustomerWrote, Answered, Told)

_MINE = bugs.c.team == bindparam("team")
_BEHIND = (
    select(*states.STATE, bugs.c.seq, bugs.c.searched)
    .where(_MINE, text("searched <> seq"), bugs.c.number > bindparam("after"))
    .order_by(bugs.c.number)
    .limit(AT_ONCE)
)
_SEEN = text("UPDATE bugs SET searched = :seq WHERE team = :team AND number = :bug AND searched = :was")
_DROP = {
    "sqlite": text("DELETE FROM search WHERE rowid = :row"),
    "postgresql": text("DELETE FROM search WHERE team = :team AND bug = :bug"),
}
_KEPT = {
    "sqlite": text("SELECT words FROM search WHERE rowid = :row"),
    "postgresql": text(
        "SELECT array_to_string(tsvector_to_array(words), ' ') FROM search WHERE team = :team AND bug = :bug"
    ),
}
_STATES = select(*states.STATE).where(_MINE, bugs.c.number.in_(bindparam("bugs", expanding=True)))
_KEEP = {
    "sqlite": text("INSERT INTO search (rowid, words, team, bug) VALUES (:row, :words, :team, :bug)"),
    "postgresql": text(
        "INSERT INTO search (words, team, bug) VALUES (array_to_tsvector(string_to_array(:words, ' ')), :team, :bug)"
    ),
}
_FIND = {
    "sqlite": text(
        "SELECT bug FROM search WHERE search MATCH :words AND team = :team ORDER BY rowid DESC LIMIT :most OFFSET :past"
    ),
    "postgresql": text(
        "SELECT bug FROM search WHERE words @@ CAST(:words AS tsquery) AND team = :team ORDER BY bug DESC LIMIT :most OFFSET :past"
    ),
}


def words(said: str) -> list[str]:
    """As they are compared: "Menü_13" is "menu" and "13"."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", said.casefold()) if not unicodedata.combining(c))
    return [word[:LONGEST] for word in _WORD.findall(plain)]


async def search(ledger: Ledger, said: str, *, most: int, past: int = 0) -> list[Bug]:
    """Bugs that have all of these words, or words that begin so; the newest first, `past` of them left out. Empty: nothing was asked."""
    wanted = words(said)
    if not wanted:
        return []
    async with ledger.db.read() as conn:
        dialect = conn.dialect.name
        asked = {"team": ledger.team, "words": _query(wanted, dialect), "most": most, "past": past}
        numbers = [row.bug for row in await conn.execute(_FIND[dialect], asked)]
        if not numbers:
            return []
        found = await states.shown(
            conn, ledger.team, await conn.execute(_STATES, {"team": ledger.team, "bugs": numbers})
        )
        return sorted(found, key=lambda bug: -bug.ref.number)


def _query(wanted: Sequence[str], dialect: str) -> str:
    """The words hold letters and digits only, so nothing in them is read as an operator."""
    if dialect == "sqlite":
        return " AND ".join(f'"{word}"*' for word in wanted)
    return " & ".join(f"'{word}':*" for word in wanted)


async def follow(ledger: Ledger) -> int:
    """Takes up what was written since it was last asked; how many bugs that were. What only a newer version can read is left to it."""
    done, rows = 0, await _behind(ledger, 0)
    while rows:
        done += await _take_up(ledger, rows)
        rows = await _behind(ledger, rows[-1].number) if len(rows) == AT_ONCE else []
    return done


async def _behind(ledger: Ledger, after: int) -> Sequence[Any]:
    async with ledger.db.read() as conn:
        return (await conn.execute(_BEHIND, {"team": ledger.team, "after": after})).all()


async def _take_up(ledger: Ledger, rows: Sequence[Any]) -> int:
    async with ledger.db.read() as conn:
        read = [(row, await states.read(conn, ledger.team, row)) for row in rows]
        found = [(row, " ".join(await _words(conn, ledger, row, bug))) for row, (bug, whole) in read if whole]
    if found:
        async with ledger.db.write(HOOKS) as conn:
            for row, said in found:
                await _keep(conn, {"team": ledger.team, "bug": row.number, "seq": row.seq, "was": row.searched}, said)
    return len(found)


async def _words(conn: AsyncConnection, ledger: Ledger, row: Any, bug: Bug) -> list[str]:
    """Those that are kept, and those of the entries since: a long trail is not read again for each of its lines."""
    kept = await _kept(conn, ledger.team, row.number) if row.searched > 0 else []
    news = await entries_in(conn, ledger.team, row.number, max(row.searched, 0))
    return list(dict.fromkeys((*kept, *words_of(bug, news))))[:MOST]


async def _kept(conn: AsyncConnection, team: str, bug: int) -> list[str]:
    of = {"team": team, "bug": bug, "row": _row(team, bug)}
    found = (await conn.execute(_KEPT[conn.dialect.name], of)).scalar()
    return str(found or "").split()


async def _keep(conn: AsyncConnection, of: Mapping[str, Any], said: str) -> None:
    """Unless another process was first, or a customer was forgotten meanwhile (`unsearch`)."""
    if (await conn.execute(_SEEN, of)).rowcount:
        await keep(conn, of["team"], [(of["bug"], said)])


async def keep(conn: AsyncConnection, team: str, said: Iterable[tuple[int, str]]) -> None:
    """Bugs by number, each with its words in place of those that were kept."""
    rows = [{"team": team, "bug": bug, "words": its, "row": _row(team, bug)} for bug, its in said]
    await conn.execute(_DROP[conn.dialect.name], rows)
    await conn.execute(_KEEP[conn.dialect.name], rows)


def _row(team: str, bug: int) -> int:
    """FTS5 reads the newest first only by its own row numbers, so these have to tell the order and be each bug's own."""
    return bug << 32 | zlib.crc32(team.encode())


async def unsearch(conn: AsyncConnection, team: str, bug: int) -> None:
    """Forgets the words of a bug; those that are left are taken up anew. `searched` takes a value that nobody has read."""
    await conn.execute(_DROP[conn.dialect.name], {"team": team, "bug": bug, "row": _row(team, bug)})
    await conn.execute(
        text("UPDATE bugs SET searched = -1 - abs(searched) WHERE team = :team AND number = :bug"),
        {"team": team, "bug": bug},
    )


def words_of(bug: Bug, trail: Iterable[Entry]) -> list[str]:
    """The first words, each once, of what the channel may read: title, message, who was hit, the thread's lines, what was said.

    Rows of production, secrets and codes stand in entries too, and are never among them: a search would spell them out.
    """
    found: dict[str, None] = {}
    for said in (*_known(bug), *(said for entry in trail for said in _said(bug, entry))):
        found |= dict.fromkeys(words(said))
        if len(found) > MOST:
            break
    return list(found)[:MOST]


def _known(bug: Bug) -> Iterator[str]:
    yield from (bug.title, bug.message, bug.context, bug.project, bug.closed_why)
    for customer in bug.customers:
        yield from (customer.hint.name, customer.hint.email, customer.hint.id, customer.subject)


def _said(bug: Bug, entry: Entry) -> Iterator[str]:
    """The entry's line in the thread, and in full what people and customers wrote."""
    line = entry.event.line(bug, str(entry.by))
    yield plain(line.parts) if line else ""
    yield entry.event.text if isinstance(entry.event, SPOKEN) else ""
