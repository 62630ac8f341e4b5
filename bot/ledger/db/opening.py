"""Opens the database of a running bot: locks the file, and migrates to the present schema."""

from bot.closing import Closing
from bot.ledger.db.engine import Database
from bot.ledger.db.file_lock import FileLock
from bot.ledger.db.migrate import migrate


async def opened(url: str, closing: Closing) -> Database:
    """Raises Misconfigured where another process has the file, or a newer version the schema."""
    if url.startswith("sqlite"):
        lock = FileLock.of(url)
        lock.take()
        closing.at_end(lock.free)
    db = Database(url)
    closing.at_end(db.close)
    await migrate(db)
    return db
