"""An action of a story's own: written into a folder, and run."""

from pathlib import Path

from bot.production.engine import Engine
from tests.parts.production_sql.shop import Follower, Shop, run_ref

OWN = '''"""An action of one's own."""

from sqlalchemy import Insert, Update, func, insert, update

from bot.production.action import Risk, SqlAction
from bot.production.tables import Tables


class Own(SqlAction):
    """What this story needs."""

    risk = Risk.LOW
    {options}

    def statement(self, tables: Tables) -> Insert | Update:
        return {statement}
'''


def own(folder: Path, statement: str, options: str = "") -> Path:
    (folder / "own.py").write_text(OWN.format(statement=statement, options=options))
    return folder


async def through(shop: Shop, folder: Path) -> tuple[Engine, bytes | None]:
    engine = shop.engine(folder)
    preview = await engine.preview("own", {}, run_ref())
    outcome = await engine.run("own", {}, preview, run_ref(), Follower())
    assert outcome.state == "succeeded", outcome
    return engine, outcome.image
