"""Makes the sources of a made-up next version: a further field of a bug and of a known kind, a further kind, column and migration."""

from collections.abc import Mapping
from pathlib import Path
from shutil import copy, copytree, ignore_patterns

from bot.ledger.db.migrate import newest
from tests.faults.process import ROOT

PARTS = ("bot", "actions", "migrations", "tests")
WEIGHED = '''
class Weighed(Outcome):
    """A kind of the next version: it follows each claim."""

    KIND = "weighed"

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, weighed=bug.weighed + 1)

    def line(self, _bug: Bug, _by: str) -> Words:
        return Words("scales", ("The next version weighed it",))


EVENTS = (Weighed, '''
FOLLOWS = """    if bug.owner and not bug.weighed:
        return Weighed()
    if follows := debt"""
COLUMN = """    Column("weighed", Integer, nullable=False, server_default="0"),
    Column("owner", String(64)),"""
CHANGES: Mapping[str, Mapping[str, str]] = {
    "bot/bug/bug.py": {
        "    lesson_skipped: bool = False\n": "    weighed: int = 0\n    lesson_skipped: bool = False\n"
    },
    "bot/bug/course/ownership.py": {
        "    owner: str\n    by_link: bool": "    owner: str\n    aloud: bool = False\n    by_link: bool",
        "Claimed)\n    return Claimed(owner=by)": "Claimed)\n    return Claimed(owner=by, aloud=True)",
        "Event, Move, must_allow": "Event, Move, Outcome, must_allow",
        "EVENTS = (": WEIGHED,
    },
    "bot/bug/course/course.py": {
        "    if follows := debt": FOLLOWS,
        "import claim_if_free": "import Weighed, claim_if_free",
    },
    "bot/ledger/index/facets.py": {'        "gave":': '        "weighed": bug.weighed,\n        "gave":'},
    "bot/ledger/db/tables.py": {'    Column("owner", String(64)),': COLUMN},
}
"""File -> what stands there once -> what stands there in the next version."""
MIGRATION = """import sqlalchemy as sa
from alembic import op

revision = "{next}"
down_revision = "{newest}"


def upgrade() -> None:
    op.add_column("bugs", sa.Column("weighed", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_bugs_team_weighed", "bugs", ["team", "weighed"])
"""


def make(folder: Path) -> Path:
    """The tree of the next version, below `folder`."""
    for part in PARTS:
        copytree(ROOT / part, folder / part, ignore=ignore_patterns("__pycache__"))
    copy(ROOT / "app_manifest.yml", folder)
    for name, changes in CHANGES.items():
        file = folder / name
        text = file.read_text()
        for old, new in changes.items():
            assert text.count(old) == 1, (
                f"{name} has {text.count(old)} times {old!r}: the next version is to be made up anew"
            )
            text = text.replace(old, new)
        file.write_text(text)
    follows = f"{int(newest()) + 1:04}"
    (folder / f"migrations/versions/r{follows}_weighed.py").write_text(MIGRATION.format(next=follows, newest=newest()))
    return folder
