"""`makegood backup`: a copy of the database as it is at one moment, also while the bot runs."""

import argparse
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from bot.bug.errors import Misconfigured, NotFound, Refused, TrailBroken, Unavailable
from bot.commands.common import is_missing, say, shown
from bot.commands.options import config_option
from bot.commands.terminal import progress
from bot.ledger.db.away import why
from bot.ledger.db.damage import damage
from bot.settings.environment import database_url


def options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("file", type=Path, metavar="FILE", help="what is made; it must not be there yet")
    config_option(sub)


def run(args: argparse.Namespace) -> int:
    url, file = database_url(Path(args.config)), Path(args.file)
    if is_missing(url):
        raise NotFound(f"There is no database yet at {shown(url)}; the first `makegood run` makes it.")
    if file.exists():
        raise Refused(f"{file} is there already, and a backup never takes another one's place. Name a new file.")
    part = file.with_name(f"{file.name}.part")
    try:
        part.touch(mode=0o600)  # it holds what customers wrote
        _copied(url, part)
        part.rename(file)
    except OSError as error:
        raise Unavailable(f"{file} can't be written: {error.strerror}. There is no backup.") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    say(
        f"{file} is a backup of {shown(url)}. Keep makegood.key too, which opens the images that an undo needs; not in one place with it."
    )
    return 0


def _copied(url: str, part: Path) -> None:
    if url.startswith("sqlite"):
        _online(url, part)
    else:
        _dumped(make_url(url), part)


def _online(url: str, part: Path) -> None:
    """By SQLite's online backup: whoever writes meanwhile is not held up. What it made is checked."""
    source = Path(str(make_url(url).database)).resolve().as_uri()
    try:
        with closing(sqlite3.connect(f"{source}?mode=ro", uri=True)) as conn, closing(sqlite3.connect(part)) as to:
            with progress(f"copying {shown(url)}") as bar:
                conn.backup(to, pages=1000, sleep=0.01, progress=lambda _, left, of: bar.at(of - left, of))
            to.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise Unavailable(f"There is no backup: {damage(url) or why(error)}.") from error
    if broken := damage(f"sqlite:///{part}"):
        raise TrailBroken(f"There is no backup, for {damage(url) or broken}.")
    with part.open("rb") as done:
        os.fsync(done.fileno())


def _dumped(url: URL, part: Path) -> None:
    """By pg_dump, which takes one snapshot; the password goes by the environment, where no list of processes shows it."""
    tool = shutil.which("pg_dump")
    if not tool:
        raise Misconfigured(
            "There is no backup: PostgreSQL's own pg_dump is not installed here (postgresql-client). Install it, or run it "
            "where it is: pg_dump --format=custom --file=FILE DATABASE"
        )
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    secret = {"PGPASSWORD": url.password} if url.password else {}
    words = [tool, "--format=custom", "--no-password", f"--file={part}", f"--dbname={address}"]
    with progress(f"pg_dump copies {shown(url.render_as_string())}"):
        done = subprocess.run(words, env={**os.environ, **secret}, capture_output=True, text=True, check=False)  # noqa: S603 - no shell
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1].removeprefix("pg_dump: ").rstrip(".")
        raise Unavailable(f"There is no backup: pg_dump says: {said}.")
