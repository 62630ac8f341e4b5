"""The documentation says what there is: commands, words, actions, metrics, variables; and what it links to exists."""

import argparse
import pkgutil
import re
import subprocess
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import bot.sinks
from bot import shipped
from bot.bug.bug import Status
from bot.cli import COMMANDS, parser
from bot.ledger.db.engine import Database
from bot.ledger.ledger import Ledger
from bot.production.catalogue.catalogue import Catalogue
from bot.settings import environment, settings
from bot.slack.verbs.registry import VERBS
from bot.web.metrics import Counters, Metrics
from tests.unit.docs.pages import PAGES, ROOT, anchors, blocks, links, prose, sections, text

HOSTS = {
    "www.standardwebhooks.com",
    "127.0.0.1", "api.bugsnag.com", "sentry.io",
    "api.slack.com", "slack.com", "trello.com", "api.trello.com", "api.stripe.com", "api.github.com", "gitlab.com",
    "app.chatwoot.com", "api.crisp.chat", "api.intercom.io", "api.eu.intercom.io",
    "keepachangelog.com", "semver.org",
}  # fmt: skip
"""Public ones; apart from these only names that are reserved for examples."""
OPEN = r"(?:\.|^)(?:example|example\.(?:com|org|net))$|^YOUR-"
OURS = (
    "/bug",
    "/have-it/",
    "/fix",
    "/tell",
    "/retro",
    "/invite",
    "/hooks",
    "/slack/events",
    "/health",
    "/ready",
    "/metrics",
    "/control",
)
"""What an absolute path in the text may be: an address or a word of ours."""


def commands() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command and sub-command: ("trail show", its parser)."""

    def below(name: str, of: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
        inner = [a for a in of._actions if isinstance(a, argparse._SubParsersAction)]
        if name:
            yield name, of
        for action in inner:
            for word, sub in action.choices.items():
                yield from below(f"{name} {word}".strip(), sub)

    return below("", parser())


@pytest.mark.parametrize(("name", "of"), list(commands()), ids=lambda value: value if isinstance(value, str) else "")
def test_every_command_and_option_is_told(name: str, of: argparse.ArgumentParser) -> None:
    section = sections(text("docs/commands.md"))[f"`makegood {name.split(maxsplit=1)[0]}`"]
    if " " in name:
        assert f"`makegood {name}" in section
    for action in of._actions:
        for option in (o for o in action.option_strings if o not in {"-h", "--help"}):
            assert f"`{option}" in section or f" {option} " in section, f"{option} of {name}"
        if action.choices and action.option_strings:
            assert all(str(choice) in section for choice in action.choices), f"the choices of {action.dest}"


def test_no_command_is_told_that_is_not_there() -> None:
    told = set(re.findall(r"makegood ([a-z]+)", "".join(blocks(text("README.md"), "sh"))))
    headed = {head.split()[1].strip("`") for head in sections(text("docs/commands.md")) if head.startswith("`makegood")}
    assert headed == set(COMMANDS)
    assert told <= set(COMMANDS)


def test_every_word_that_people_type_in_slack_is_told() -> None:
    told = re.findall(r"^\| `(/[^`]+)` \|", text("docs/commands.md"), re.MULTILINE)
    told = [word.replace("\\|", "|") for word in told]  # a table's own bar
    assert sorted(told) == sorted(verb.usage for verb in VERBS.values() if verb.usage)


@pytest.mark.parametrize("name", Catalogue.load([shipped.ACTIONS]).entries)
def test_every_shipped_action_is_told(name: str) -> None:
    assert f"`{name}`" in sections(text("docs/actions.md"))["Shipped"]


def test_every_sink_is_told() -> None:
    modules = [import_module(f"bot.sinks.{module.name}") for module in pkgutil.iter_modules(bot.sinks.__path__)]
    named = {getattr(cls, "name", None) for module in modules for cls in vars(module).values() if isinstance(cls, type)}
    assert [name for name in named if isinstance(name, str) and f"`{name}`" not in text("docs/operations.md")] == []


def test_every_metric_is_told_with_its_label(tmp_path: Path) -> None:
    told = set(re.findall(r"^\| `(makegood_\w+)` \| (?:`(\w+)`|–) \|", text("docs/metrics.md"), re.MULTILINE))
    ledger = Ledger(Database(f"sqlite+aiosqlite:///{tmp_path / 'any.db'}"), "T0", {})
    there = Metrics(ledger, Counters()).counters.registry.collect()
    names = {f"{m.name}_total" if m.type == "counter" else m.name for m in there}
    assert {name for name, _ in told} == names
    assert all(status.value in text("docs/metrics.md") for status in Status)


def test_every_variable_of_the_environment_is_told() -> None:
    read = set(re.findall(r'"((?:SLACK|MAKEGOOD)_[A-Z_]+)"', Path(environment.__file__).read_text()))
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", sections(text("docs/settings.md"))["Environment"], re.MULTILINE))
    assert told == read


def test_every_word_of_make_is_told() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text("Makefile"), re.MULTILINE)
    told = text("README.md") + text("docs/operations.md")
    assert [word for word in phony.split() if f"make {word}" not in told] == []
    assert set(re.findall(r"`make ([a-z]+)`", told)) <= set(phony.split())


def test_make_by_itself_lists_every_word_of_make() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text("Makefile"), re.MULTILINE)
    quiet = ["make", "--no-print-directory"]  # else it says where it is, inside another make
    listed = subprocess.run(quiet, cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603 - the system's make
    assert sorted(line.split()[1] for line in listed.splitlines()) == sorted(phony.split())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page.read_text()):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        goal = (page.parent / path).resolve() if path else page
        assert goal.exists(), link
        assert not anchor or anchor in anchors(goal.read_text()), link


def test_every_page_is_in_the_index() -> None:
    """The decisions have an index of their own."""
    docs = {page.relative_to(ROOT / "docs") for page in PAGES if page.is_relative_to(ROOT / "docs")}
    indexed = {Path(link) for link in links(text("docs/index.md"))}
    decided = {Path("decisions", link) for link in links(text("docs/decisions/index.md")) if "/" not in link}
    assert docs - {Path("index.md")} == indexed | decided


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_host_is_a_public_service_or_an_example(page: Path) -> None:
    found = re.findall(r"\w+://(?:[^/\s@`\"']*@)?([A-Za-z0-9.\-]+)", page.read_text())
    hosts = {host.rstrip(".") for host in found if "." in host or "-" in host}
    assert {host for host in hosts - HOSTS if not re.search(OPEN, host)} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_path_of_a_machine_is_named(page: Path) -> None:
    found = re.findall(r"`(/[\w./-]+)", prose(page.read_text()))
    assert [path for path in found if not path.startswith(OURS)] == []


# -- the settings in the pages load


def _tables() -> list[tuple[str, str]]:
    return [(page.name, code) for page in PAGES for code in blocks(page.read_text(), "toml")]


@pytest.mark.parametrize(("name", "code"), _tables(), ids=lambda value: value if len(value) < 20 else "")
def test_every_piece_of_settings_is_taken(name: str, code: str, tmp_path: Path) -> None:
    """On top of the four lines that are enough."""
    given = tomllib.loads(code)
    least = "" if "slack" in given else '\n[slack]\nerror_channels = ["C0123456789"]\n'
    path = tmp_path / "makegood.toml"
    path.write_text(code + least)
    named = re.findall(r"\$([A-Z_]+)", code)
    address = "postgresql+asyncpg://shop@db.example.com/shop"
    read, _ = settings.read(path, {x: address if x.endswith("_URL") else "some-long-value" for x in named})
    assert set(given) <= read.model_fields_set | {"slack"}, name


@pytest.mark.parametrize("block", blocks(text("README.md"), "toml"))
def test_the_readme_s_settings_are_whole_files(block: str, tmp_path: Path) -> None:
    path = tmp_path / "makegood.toml"
    path.write_text(block)
    read, _ = settings.read(path, {"SHOP_DATABASE_URL": "sqlite+aiosqlite:///shop.db", "SMTP_URL": "smtp://127.0.0.1"})
    assert read.slack.error_channels


def test_the_changelog_is_one_sentence_a_line() -> None:
    lines = re.findall(r"^- (.*)$", text("CHANGELOG.md"), re.MULTILINE)
    assert lines
    assert [line for line in lines if not line.endswith(".") or ". " in line] == []


def test_the_licence_is_the_one_that_is_declared() -> None:
    assert text("LICENSE").startswith("MIT License")
    assert 'license = "MIT"' in (ROOT / "pyproject.toml").read_text()
