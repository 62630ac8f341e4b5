"""`makegood doctor` visits every system live, on loopback, changes nothing and shows no secret."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml

from bot.commands.checks.database import database
from bot.commands.checks.slack import SCOPES
from bot.demo.slack.manifest import AppManifest
from bot.ledger.db.engine import Database
from tests.parts.cli.conftest import Ran, Shell, line
from tests.parts.cli.neighbours import MANIFEST, SECRETS, Neighbours, neighbours


@pytest.fixture
async def around(makegood: Shell, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Neighbours]:
    async with neighbours(makegood.folder) as found:
        makegood.settings(least=found.settings)
        tokens = {
            "SLACK_BOT_TOKEN": "xoxb-local",
            "SLACK_APP_TOKEN": "xapp-local",
            "SLACK_API_URL": found.slack.api_url,
        }
        for name, value in {**SECRETS, **tokens}.items():
            monkeypatch.setenv(name, value)
        yield found


async def doctor(makegood: Shell) -> Ran:
    """In a thread: the systems that it visits live in this loop."""
    return await asyncio.to_thread(makegood, "doctor")


async def test_where_all_is_well_each_system_has_its_line(makegood: Shell, around: Neighbours) -> None:
    ran = await doctor(makegood)
    assert ran.status == 0, ran.out
    for system in ("settings", "slack", "slack socket", "channel C0ERRORS", "approvers", "hook bugsnag", "chatwoot"):
        assert line(ran, system).startswith("ok "), ran.out
    for system in ("mail", "mailbox", "board", "billing", "target app", "probe app", "actions"):
        assert line(ran, system).startswith("ok "), ran.out
    assert line(ran, f"target web {around.host.address}").startswith("ok ")
    assert "starter" in line(ran, "billing")
    assert line(ran, "database").startswith("note ")
    assert ran.out.endswith("All is well.\n")


async def test_it_changes_nothing_anywhere(makegood: Shell, around: Neighbours) -> None:
    before = (around.board.snapshot(), sorted(makegood.folder.rglob("*")))
    await doctor(makegood)
    assert (around.board.snapshot(), sorted(makegood.folder.rglob("*"))) == before
    assert around.host.commands == []
    assert {call.method for call in around.slack.world.calls} <= {
        "auth.test",
        "apps.connections.open",
        "conversations.info",
        "users.info",
        "users.list",
        "users.lookupByEmail",
    }


async def test_no_secret_is_shown_even_where_all_are_wrong(
    makegood: Shell, around: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = {name: f"not-the-{name.lower().replace('_', '-')}" for name in SECRETS}
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    ran = await doctor(makegood)
    assert ran.status == 1
    for system in ("hook bugsnag", "chatwoot", "board", "billing", "target app"):
        assert line(ran, system).startswith("wrong "), ran.out
    assert not [value for value in wrong.values() if value in ran.out + ran.err]


async def test_a_bot_that_was_not_invited_is_told_how(makegood: Shell, around: Neighbours) -> None:
    around.slack.leave(around.slack.app.user_id, "C0ERRORS")
    ran = await doctor(makegood)
    assert ran.status == 1
    assert "/invite @makegood" in line(ran, "channel C0ERRORS")


async def test_a_channel_and_an_approver_that_are_not_there_are_named(makegood: Shell, around: Neighbours) -> None:
    text = around.settings.replace("C0ERRORS", "C0NOWHERE").replace("dana@acme.example", "gone@acme.example")
    makegood.settings(least=text)
    ran = await doctor(makegood)
    assert "C…" in line(ran, "channel C0NOWHERE")
    assert "Slack does not know gone@acme.example" in line(ran, "approvers")


async def test_a_wrong_slack_token_does_not_keep_the_others_from_their_lines(
    makegood: Shell, around: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-of-somebody-else")
    ran = await doctor(makegood)
    assert "SLACK_BOT_TOKEN" in line(ran, "slack")
    assert line(ran, "billing").startswith("ok ")
    monkeypatch.delenv("SLACK_BOT_TOKEN")
    assert line(await doctor(makegood), "environment").startswith("wrong ")


async def test_missing_scopes_are_named(makegood: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = AppManifest.load(MANIFEST)
    fewer = type(manifest)(**{**vars(manifest), "scopes": manifest.scopes - {"files:write"}})
    async with neighbours(makegood.folder, fewer) as found:
        makegood.settings(least=found.settings)
        tokens = {
            "SLACK_BOT_TOKEN": "xoxb-local",
            "SLACK_APP_TOKEN": "xapp-local",
            "SLACK_API_URL": found.slack.api_url,
        }
        for name, value in {**SECRETS, **tokens}.items():
            monkeypatch.setenv(name, value)
        ran = await doctor(makegood)
    assert "files:write missing" in line(ran, "slack scopes")


def test_the_scopes_it_wants_are_those_of_the_manifest() -> None:
    assert set(yaml.safe_load(MANIFEST.read_text())["oauth_config"]["scopes"]["bot"]) == SCOPES


async def test_a_host_that_proves_itself_with_another_key_is_wrong(makegood: Shell, around: Neighbours) -> None:
    (makegood.folder / "known_hosts").write_text("")
    ran = await doctor(makegood)
    assert "makegood targets trust" in line(ran, f"target web {around.host.address}")


async def test_what_gave_up_is_told_with_its_reason(
    makegood: Shell, around: Neighbours, told: Callable[..., None]
) -> None:
    path = makegood.folder / "makegood.db"
    await asyncio.to_thread(told, f"sqlite+aiosqlite:///{path}")
    with closing(sqlite3.connect(path)) as conn, conn:
        place = "INSERT INTO cursors (team, bug, sink, done, rank, gave_up) VALUES ('T0LOCAL', ?, 'board', 0, 1, ?)"
        conn.executemany(place, [(1, "Trello refused (400)."), (2, "Trello refused (400).")])
        conn.execute(
            "INSERT INTO inbox (team, key, source, at, due, body, state, note)"
            " VALUES ('T0LOCAL', 'k', 'hook.tracker', 0, 0, '{}', 'dead', 'no such field')"
        )
    ran = await doctor(makegood)
    assert ran.status == 1
    assert line(ran, "database").startswith("ok ")
    assert "gave up on BUG-1, BUG-2: Trello refused (400). When that is mended" in line(ran, "sink board")
    assert "gave up on 1 of hook.tracker: no such field." in line(ran, "inbox")


async def test_what_only_a_newer_version_can_read_is_named(
    makegood: Shell, around: Neighbours, told: Callable[..., None]
) -> None:
    path = makegood.folder / "makegood.db"
    await asyncio.to_thread(told, f"sqlite+aiosqlite:///{path}")
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("UPDATE bugs SET shape = 'of another'")  # by itself no trouble
        newer = "SELECT team, 1, seq + 90, 'from_the_future', at, by, NULL, body, commitment, prev, hash FROM entries"
        conn.execute(f"INSERT INTO entries {newer} WHERE bug = 1 AND seq = 1")
    ran = await doctor(makegood)
    assert "BUG-1 hold something that only a newer Makegood can read" in line(ran, "version")


async def test_a_database_without_its_guards_is_wrong(
    makegood: Shell, around: Neighbours, told: Callable[..., None]
) -> None:
    path = makegood.folder / "makegood.db"
    await asyncio.to_thread(told, f"sqlite+aiosqlite:///{path}")
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("DROP TRIGGER entries_no_delete")
    assert "entries could be changed" in line(await doctor(makegood), "database")


def test_the_trail_s_database_is_read_whichever_it_is(story: str) -> None:
    (found,) = asyncio.run(database(story))
    assert (found.state, found.said.endswith("guards stand, 1 bug")) == ("ok", True), found


def test_a_database_of_another_revision_is_told_what_to_do(url: str) -> None:
    asyncio.run(_empty(url))
    (found,) = asyncio.run(database(url))
    assert found.said.endswith("`makegood migrate`")


async def _empty(url: str) -> None:
    db = Database(url)
    async with db.write() as conn:
        await conn.execute(sa.text("CREATE TABLE something (id INTEGER)"))
    await db.close()


def test_settings_that_do_not_load_are_its_only_line(makegood: Shell) -> None:
    makegood.settings("colour = 3\n")
    ran = makegood("doctor")
    assert ran.status == 1
    assert "colour is not a setting" in line(ran, "settings")


async def test_mails_that_no_person_wrote_are_named_and_counted(
    makegood: Shell, around: Neighbours, told: Callable[..., None]
) -> None:
    path = makegood.folder / "makegood.db"
    await asyncio.to_thread(told, f"sqlite+aiosqlite:///{path}")
    row = "INSERT INTO inbox (team, key, source, at, due, body, state, note) VALUES ('T0LOCAL', ?, 'hook.customer', 0, 0, '', 'done', ?)"
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.executemany(row, [("a", "a bounce"), ("b", "an automatic reply"), ("c", "an automatic reply"), ("d", "")])
    ran = await doctor(makegood)
    assert "1 × a bounce, 2 × an automatic reply: of the last two days no person wrote" in line(ran, "letters")


async def test_a_misspelt_sqlite_target_makes_no_file(makegood: Shell, around: Neighbours) -> None:
    makegood.settings(
        '[targets.shop]\nurl = "sqlite+aiosqlite:///nowhere.db"\ntables = { menus = "id" }\n', least=around.settings
    )
    before = {path: path.read_bytes() for path in makegood.folder.rglob("*") if path.is_file()}
    ran = await doctor(makegood)
    assert "there is no file nowhere.db" in line(ran, "target shop")
    assert {path: path.read_bytes() for path in makegood.folder.rglob("*") if path.is_file()} == before


def test_a_sqlite_file_of_somebody_else_is_left_as_it_is(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as conn:
        conn.execute("CREATE TABLE menus (id)")
        conn.commit()
    before = (tmp_path / "other.db").read_bytes()
    (found,) = asyncio.run(database(f"sqlite+aiosqlite:///{tmp_path / 'other.db'}"))
    assert (found.state, "holds nothing of Makegood's" in found.said) == ("wrong", True)
    assert ([p.name for p in tmp_path.iterdir()], (tmp_path / "other.db").read_bytes()) == (["other.db"], before)


DOWN = {
    "sql": 'url = "postgresql+asyncpg://u:p@127.0.0.1:9/x"\ntables = { menus = "id" }',
    "psycopg": 'url = "postgresql+psycopg://u:p@127.0.0.1:9/x"\ntables = { menus = "id" }',
    "mysql": 'url = "mysql+aiomysql://u:p@127.0.0.1:9/x"\ntables = { menus = "id" }',
    "http": 'base_url = "http://127.0.0.1:9/api"',
    "ssh": 'hosts = ["127.0.0.1:9"]\nuser = "deploy"\nknown_hosts = "known_hosts"\nkey = "key"',
}


@pytest.mark.parametrize("kind", DOWN)
async def test_a_target_that_is_down_says_that_nobody_listens(makegood: Shell, around: Neighbours, kind: str) -> None:
    makegood.settings(f"[targets.shop]\n{DOWN[kind]}\n", least=around.settings)
    ran = await doctor(makegood)
    said = line(ran, "target shop 127.0.0.1:9" if kind == "ssh" else "target shop")
    assert "nobody listens at 127.0.0.1:9" in said
    assert "(111)" not in ran.out


async def test_a_scope_that_is_missing_is_called_so(
    makegood: Shell, around: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    around.slack.faults.add(kind="error:missing_scope", method="users.info", times=5)
    said = line(await doctor(makegood), "approvers")
    assert "missing_scope" in said
    assert "app_manifest.yml" in said
    assert "does not know" not in said


SWAPPED = [
    (
        {"SLACK_BOT_TOKEN": "xapp-1-A", "SLACK_APP_TOKEN": "xoxb-1"},
        "SLACK_BOT_TOKEN: that is the app-level token (xapp-…)",
    ),
    ({"SLACK_APP_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN: that is a bot's or a person's token"),
    ({"SLACK_BOT_TOKEN": "xoxp-1"}, "SLACK_BOT_TOKEN: it must begin with xoxb-"),
    ({"SLACK_SIGNING_SECRET": "xoxb-1"}, "SLACK_SIGNING_SECRET: that is a token."),
]


@pytest.mark.parametrize(("given", "said"), SWAPPED)
def test_swapped_tokens_are_called_so_in_whole_sentences(
    makegood: Shell, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str
) -> None:
    makegood.settings()
    for name, value in {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", **given}.items():
        monkeypatch.setenv(name, value)
    assert said in line(makegood("doctor"), "environment")


async def test_its_sentences_keep_their_words(
    makegood: Shell, around: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-of-somebody-else")
    said = line(await doctor(makegood), "slack")
    assert "Slack does not take SLACK_BOT_TOKEN (invalid_auth)" in said
    assert "•" not in said


async def test_it_says_who_may_run_what_alone(makegood: Shell, around: Neighbours) -> None:
    assert "low risk on web: 1 other approves" in line(await doctor(makegood), "may clear-cache")
    makegood.settings(least=around.settings.replace('mode = "run"', 'mode = "watch"'))
    ran = await doctor(makegood)
    assert 'nobody: mode = "watch" runs nothing' in line(ran, "may run")
    assert "clear-cache" not in ran.out


async def test_it_names_what_is_refused_for_lack_of_people(makegood: Shell, around: Neighbours) -> None:
    named = 'approvers = ["U0LEAD", "dana@acme.example"]'
    makegood.settings(least=around.settings.replace(named, 'approvers = ["U0LEAD"]'))
    said = line(await doctor(makegood), "may clear-cache")
    assert said.startswith("note ")
    assert "1 other approves; if the only approver asks: refused: nobody else can approve" in said
    makegood.settings(least=around.settings.replace(named, "approvers = []"))
    ran = await doctor(makegood)
    assert "low risk on web: refused: nobody else can approve" in line(ran, "may clear-cache")
    assert "there is none" in line(ran, "may thaw, allow")
    assert "refused: an approver lets it pass" in line(ran, "may give above the caps")
    makegood.settings(least=around.settings.replace(named, 'team = "solo"'))
    ran = await doctor(makegood)
    assert "low risk on web: alone, by typing its count or its release" in line(ran, "may clear-cache")
    assert line(ran, "team").startswith("ok ")
    assert "may thaw" not in ran.out
    assert line(ran, "may give above the caps").endswith("alone, by typing its count")


async def test_it_names_who_has_no_second_factor(makegood: Shell, around: Neighbours) -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    named = 'approvers = ["U0LEAD", "dana@acme.example"]'
    both = f'{named}\ntotp = {{ "dana@acme.example" = "{secret}", U0LEAD = "{secret}" }}'
    makegood.settings(least=around.settings.replace(named, both))
    assert "can't approve a fix of high risk" not in (await doctor(makegood)).out
    makegood.settings(least=around.settings.replace(named, f'team = "solo"\ntotp = {{ U0GONE = "{secret}" }}'))
    assert "U0DEV, U0LEAD" in line(await doctor(makegood), "second factor")


async def test_one_person_who_is_alone_is_told_of_the_setting(makegood: Shell, around: Neighbours) -> None:
    for person in list(around.slack.world.people.values())[1:]:
        around.slack.world.people.pop(person.id)
    ran = await doctor(makegood)
    assert 'write team = "solo" under [policy]' in line(ran, "team")
    assert "refused: somebody else than who owes it does" in line(ran, "may waive a proper fix")


@pytest.mark.parametrize("running", [True, False], ids=["runs", "does-not-run-yet"])
async def test_a_hook_that_leads_nowhere_is_wrong_once_the_bot_runs(
    makegood: Shell, around: Neighbours, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int, running: bool
) -> None:
    makegood.settings(least=re.sub('public_url = ".*"', 'public_url = "http://127.0.0.1:9"', around.settings))
    monkeypatch.setenv("MAKEGOOD_PORT", str(unused_tcp_port))
    here = f"127.0.0.1:{unused_tcp_port}"
    if not running:
        said = line(await doctor(makegood), "hook bugsnag")
        assert said.startswith("note ")
        assert f"nobody listens on {here}" in said
        return
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", unused_tcp_port):
        said = line(await doctor(makegood), "hook bugsnag")
    assert said.startswith("wrong ")
    assert f"does it lead to {here}?" in said
