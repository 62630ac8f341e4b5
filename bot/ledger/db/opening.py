"""Opens the database of a running bot: locks the file, and migrates to the present schema."""

from sqlalchemy.exc import SQLAlchemyError

from bot.bug.errors import Misconfigured
from bot.ledger.db.away import DatabaseAway, why
from bot.ledger.db.damage import damage
from bot.ledger.db.engine import Database
from bot.ledger.db.file_lock import FileLock
from bot.ledger.db.migrate import migrate
from bot.process.closing import Closing


async def opened(url: str, closing: Closing) -> Database:
    """Raises Misconfigured where another process has the file, or a newer version the schema, or it is damaged or full."""
    if url.startswith("sqlite"):
        # before the file is opened: two processes must not even migrate at the same time
        lock = FileLock.of(url)
        lock.take()
        closing.at_end(lock.free)
    db = Database(url)
    closing.at_end(db.close)
    try:
        await migrate(db)
    except (SQLAlchemyError, DatabaseAway, UnicodeDecodeError) as error:
        raise Misconfigured(f"The database can't be used: {damage(url) or why(error.__cause__ or error)}.") from error
    return db
