"""What is wrong in makegood.toml or in the environment is said in one line that names the key and what to write."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.adapters import connected, hooks
from bot.bug.errors import Misconfigured
from bot.settings import environment
from bot.settings.sections import HookSettings
from bot.settings.settings import read

LEAST = '[slack]\nerror_channels = ["C0ERRORS"]\n'
PAGER = f'[pager]\nsecret = "{"0" * 32}"\n'
TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}


def _told(path: Path, text: str) -> str:
    path.write_text(text)
    with pytest.raises(Misconfigured) as told:
        read(path, {})
    assert len(str(told.value).splitlines()) == 1
    return str(told.value)


@pytest.mark.parametrize(
    ("text", "key", "write"),
    [
        ("", "[slack]", "error_channels = "),
        (LEAST + "[polcy]\n", "polcy", "Did you mean policy?"),
        (LEAST + "[Admit]\n", "Admit", "Did you mean admit?"),
        (LEAST + '[policy]\naprovers = ["U0LEAD"]\n', "policy.aprovers", "Did you mean approvers?"),
        (LEAST + 'mode = "run"\n', "slack.mode", "mode belongs at the top of the file, above its first [table]"),
        (LEAST + LEAST, "[slack]", "twice"),
        ('[slack]\nerror_channels = "C1"\n', "slack.error_channels", 'write a list, as in ["one", "two"]'),
        ("[slack]\nerror_channels = [7]\n", "slack.error_channels.0", "write a text in quotes"),
        ("[slack]\nerror_channels = []\n", "slack.error_channels", "write at least one"),
        ("slack = 7\n", "slack", "write a table"),
        (LEAST + 'cards_per_minute = "ten"\n', "slack.cards_per_minute", "write a whole number"),
        (LEAST + "cards_per_minutes = 1\n", "slack.cards_per_minutes", "Did you mean cards_per_minute?"),
        (LEAST + "[web]\nxyzzy = 1\n", "web.xyzzy", "Is it misspelt?"),
        (LEAST + '[web]\npublic_url = "makegood"\n', "web.public_url", "https://makegood.example.com"),
        (LEAST + '[pager]\nsecret = "short"\n', "pager.secret", "openssl rand -base64 32"),
        (LEAST + PAGER + '[pager.people.dana]\nntfy = "https://ntfy.sh/x"\n', "pager.people", "U0123456789"),
        (
            LEAST + PAGER + '[pager.people.U0DANA]\nntfy = "https://ntfy.sh"\n',
            "pager.people.U0DANA.ntfy",
            "our-secret-topic",
        ),
        (LEAST + PAGER + "[pager.people.U0DANA]\nafter = 5\n", "pager.people.U0DANA", "either ntfy or webhook"),
        (
            LEAST + PAGER + '[pager.people.U0DANA]\nwebhook = "https://x.example/y"\nsecret = "x"\n',
            "pager.people.U0DANA.secret",
            "whsec_",
        ),
        (LEAST + '[pager.people.U0DANA]\nntfy = "https://ntfy.sh/x"\n', "pager", "PAGER_SECRET"),
        (LEAST + PAGER + '[pager.people.U0DANA]\nntfy = "https://ntfy.sh/x"\n', "[pager]", "public_url"),
        (LEAST + '[hooks.bugsnag]\ntoken = ""\n', "hooks.bugsnag.token", "it is empty"),
        (LEAST + '[hooks.bugsnag]\ntoken = "abc/def?"\n', "hooks.bugsnag.token", "a part of the hook's address"),
        (LEAST + '[targets.shop]\nurl = ""\ntables = { menus = "id" }\n', "targets.shop.url", "write an address"),
        (
            LEAST + '[targets.shop]\nurl = "postgresql://u:hunter2@h:99999/x"\ntables = { menus = "id" }\n',
            "targets.shop.url",
            "99999 is no port",
        ),
        (
            LEAST + '[targets.shop]\nurl = "sqlite:///x"\ntables = { menus = "" }\n',
            "targets.shop.tables.menus",
            "it is empty",
        ),
        (
            LEAST + '[targets.app]\nbase_url = "app.example.com"\n',
            "targets.app.base_url",
            "write it as in https://api.example.com",
        ),
        (
            LEAST + '[targets.app]\nbase_url = "https://api.github.com"\nrepository = "acme"\n',
            "targets.app.repository",
            "write it as in acme/shop",
        ),
        (LEAST + '[tell]\ncurrency = "EURO"\n', "tell.currency", "write it as in EUR"),
        (LEAST + '[hooks.bugsnag]\ntoken = "$hook"\n', "hooks.bugsnag.token", "variable hook is not set"),
        (LEAST + '[probes.page]\npage = "/menu"\n', "probes.page", "write either url = "),
        (
            LEAST + '[targets.shop]\nurl = "shop"\ntables = {}\n',
            "targets.shop",
            "write an address: postgresql+asyncpg://",
        ),
    ],
)
def test_a_mistake_names_the_key_and_what_to_write(tmp_path: Path, text: str, key: str, write: str) -> None:
    told = _told(tmp_path / "makegood.toml", text)
    assert key in told
    assert write in told


@pytest.mark.parametrize("marked", [b"\xef\xbb\xbf%s", b"\xef\xbb\xbf# \xc3\xa9\r\n%s", b"%s"])
def test_what_an_editor_on_windows_saves_is_read(tmp_path: Path, marked: bytes) -> None:
    path = tmp_path / "makegood.toml"
    path.write_bytes(marked % LEAST.encode().replace(b"\n", b"\r\n"))
    assert read(path, {})[0].slack.error_channels == ("C0ERRORS",)


@pytest.mark.parametrize(("saved", "line"), [(b"mode = 'run'\n# caf\xe9\n", 2), ("[slack]".encode("utf-16"), 1)])
def test_another_encoding_is_named_with_its_line(tmp_path: Path, saved: bytes, line: int) -> None:
    path = tmp_path / "makegood.toml"
    path.write_bytes(saved)
    with pytest.raises(Misconfigured, match=rf"not written in UTF-8 \(line {line}\)"):
        read(path, {})


def test_a_folder_is_no_settings_file(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="can't be read: Is a directory"):
        read(tmp_path, {})


def test_all_variables_that_are_not_set_are_named_at_once(tmp_path: Path) -> None:
    table = '[hooks.bugsnag]\ntoken = "$BUGSNAG"\n[targets.shop]\nurl = "$SHOP"\ntables = {}\n'
    told = _told(tmp_path / "makegood.toml", LEAST + table)
    assert told == (
        "2 variables are not set: BUGSNAG (hooks.bugsnag.token), SHOP (targets.shop.url)."
        " Set them, or write the values themselves."
    )


def test_a_wrong_address_of_a_database_is_named_without_its_password(tmp_path: Path) -> None:
    wrong = '[targets.shop]\nurl = "postgresql://shop:swordfish@db:port/shop"\ntables = {}\n'
    told = _told(tmp_path / "makegood.toml", LEAST + wrong)
    assert "targets.shop" in told
    assert "swordfish" not in told


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[board]\nkind = "jira"\n', "board.kind"),
        ('[board]\nkind = "trello"\nlst = "x"\n', "[board]: lst"),
        ('[billing]\nkind = "_stripe_calls"\n', "billing.kind"),
        ('[billing]\nkind = "stripe"\n', "[billing]: key is missing"),
        ('[mail]\nsmtp = "smtp://mail.example.com"\n', "[mail]: sender is missing"),
        ('[customers.zendesk]\nkey = "x"\n', "customers.zendesk"),
        ('[trackers.jira]\nkey = "x"\n', "trackers.jira"),
        ('[hooks.bugsnagg]\ntoken = "long-enough"\n', "hooks.bugsnagg"),
        ('[hooks.bugsnag]\ntoken = "long-enough"\nsecret = "x"\n', "hooks.bugsnag.secret: bugsnag signs nothing"),
        ('[hooks.rollbar]\ntoken = "long-enough"\nsecret = "x"\n', "hooks.rollbar.secret"),
        ('[hooks.glitchtip]\ntoken = "long-enough"\nsecret = "x"\n', "hooks.glitchtip.secret"),
        ('[hooks.mail]\ntoken = "long-enough"\nsecret = "x"\n', "hooks.mail.secret"),
        ('[hooks.email-postmark]\ntoken = "long-enough"\nsecret = "x"\n', "hooks.email-postmark.secret"),
        ('[hooks.generic]\ntoken = "long-enough"\nmap = { title = "$.a[" }\n', "is no JSONPath"),
    ],
)
async def test_what_no_module_knows_is_said_before_anybody_is_asked(tmp_path: Path, text: str, key: str) -> None:
    path = tmp_path / "makegood.toml"
    path.write_text(LEAST + text)
    settings, _ = read(path, {})
    with pytest.raises(Misconfigured, match=key.replace("[", r"\[")):
        connected.connect(settings, http=None)  # type: ignore[arg-type] # nobody is asked: there is no session to do it with


def test_a_secret_may_be_set_for_every_source_that_checks_it() -> None:
    signed = set(hooks.names()) - {"bugsnag", "rollbar", "glitchtip", "email-postmark", "mail"}
    own = HookSettings(token=SecretStr("t"), secret=SecretStr("s"))
    hooks.must_be_usable(dict.fromkeys(signed, own))


def test_every_source_that_answers_may_have_a_hook() -> None:
    own = HookSettings(token=SecretStr("t"))
    hooks.must_be_usable(dict.fromkeys([*hooks.names(), "email_postmark"], own))


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"MAKEGOOD_PORT": "abc"}, "MAKEGOOD_PORT: write a whole number"),
        ({"MAKEGOOD_PORT": "99999"}, "MAKEGOOD_PORT"),
        ({"SLACK_API_URL": "slack"}, "SLACK_API_URL"),
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN"),
        ({"SLACK_SIGNING_SECRET": ""}, "SLACK_APP_TOKEN"),
        ({"MAKEGOOD_DATABASE_URL": "mysql://localhost/makegood"}, "neither SQLite nor PostgreSQL"),
        ({"MAKEGOOD_DATABASE_URL": "postgresql+asyncpg://localhost:port/makegood"}, "MAKEGOOD_DATABASE_URL"),
        ({"MAKEGOOD_DATABASE_URL": "sqlite+aiosqlite://"}, "MAKEGOOD_DATABASE_URL names no file"),
    ],
)
def test_a_wrong_variable_is_named(tmp_path: Path, variables: Mapping[str, str], named: str) -> None:
    path = tmp_path / "makegood.toml"
    path.write_text(LEAST)
    with pytest.raises(Misconfigured, match=named):
        environment.read(path, (), {**TOKENS, **variables})


def test_a_misspelt_path_to_the_settings_makes_no_database_beside_it(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"There is no .*makegod\.toml"):
        environment.database_url(tmp_path / "makegod.toml", {})
