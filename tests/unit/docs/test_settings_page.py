"""docs/settings.md against the models: every key with its type, its default, and an example that is taken."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from enum import Enum
from inspect import isclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from bot.adapters.billing.sql import Columns
from bot.adapters.registry import BILLERS, BOARDS, CHANNELS, TRACKERS
from bot.bug.arriving.admit import Rule
from bot.bug.clocks.clocks import Rules
from bot.bug.event import Retention
from bot.bug.gifts.caps import Caps
from bot.bug.gifts.presets import Preset
from bot.bug.telling.courtesy import Courtesy
from bot.bug.telling.gift_texts import GiftTexts
from bot.production import targets
from bot.production.probes.settings import ProbeSettings
from bot.settings import sections as s
from bot.settings.pager import Contact, PagerSettings
from bot.settings.policy import PolicySettings
from bot.settings.retro import Mondays
from bot.settings.settings import Settings
from bot.settings.tell import TellSettings
from tests.unit.docs.pages import rows, sections, text

PAGE = sections(text("docs/settings.md"))
TYPES = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true · false",
    SecretStr: "secret",
    Path: "path",
    tuple: "list",
    Mapping: "table",
}
VALUES = {
    "$SHOP_DATABASE_URL": "postgresql+asyncpg://shop@db.example.com/shop",
    "$SHOP_READ_URL": "postgresql+asyncpg://reader@db.example.com/shop",
    "$SMTP_URL": "smtp://mail.example.com:587",
    "$IMAP_URL": "imaps://mail.example.com/INBOX",
    "$GENERIC_SECRET": "0123456789abcdef",
    "$ENTRIES_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "$PAGER_SECRET": "0123456789abcdef0123456789abcdef",
    "$DANA_TOPIC": "https://ntfy.example.com/our-secret-topic",
    "$DANA_PAGER": "https://pager.example.com/hooks/dana",
    "$LEAD_TOTP": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
}
PAGE_ONLY, LOOK_ONLY = {"url", "expect", "contains"}, {"look", "params", "rows"}
ELSEWHERE = {
    "`[targets.NAME]`, a database": {"kind", "name"},
    "`[targets.NAME]`, hosts": {"kind", "name"},
    "`[targets.NAME]`, a service": {"kind", "name", "project"},
    "`[targets.NAME]`, a project on GitLab": set(targets.HttpTarget.model_fields) - {"base_url", "project"},
    "`[targets.NAME]`, of another process": {"name"},
    "`[pager.people.USER]`, by ntfy": {"webhook", "secret"},
    "`[pager.people.USER]`, by a webhook": {"ntfy"},
    "`[probes.NAME]`, a page": LOOK_ONLY,
    "`[probes.NAME]`, a look": PAGE_ONLY,
}
"""What follows from the table's name and keys, or stands in another section."""


def models() -> Iterator[tuple[str, type[BaseModel]]]:
    """Each heading of the page with the model behind it."""
    yield from (("`[slack]`", s.SlackSettings), ("`[admit]`", Rule), ("`[web]`", s.WebSettings))
    yield from (("`[hooks.SOURCE]`", s.HookSettings), ("`[policy]`", PolicySettings))
    yield from (("`[actions]`", s.ActionsSettings), ("`[tell]`", TellSettings), ("`[clocks]`", Rules))
    yield from (
        ("`presets` of `[tell]`", Preset),
        ("`words` of `[tell]`", GiftTexts),
        ("`letters` of `[tell]`", Courtesy),
    )
    yield from (("`[probes.NAME]`, a page", ProbeSettings), ("`[probes.NAME]`, a look", ProbeSettings))
    yield from (("`[makegood]`", Caps), ("`[webhooks.NAME]`", s.WebhookSettings))
    yield "`[anchors]`", s.AnchorSettings
    yield from (("`[retro.weekly]`, `[retro.monthly]`", Mondays), ("`[retention]`", Retention))
    yield from (("`[pager]`", PagerSettings), ("`[pager.people.USER]`, by ntfy", Contact))
    yield "`[pager.people.USER]`, by a webhook", Contact
    yield "`[targets.NAME]`, a database", targets.SqlTarget
    yield "`[targets.NAME]`, hosts", targets.SshTarget
    yield "`[targets.NAME]`, a service", targets.HttpTarget
    yield "`[targets.NAME]`, a project on GitLab", targets.HttpTarget
    yield "`[targets.NAME]`, of another process", targets.Elsewhere
    yield from ((f"`[trackers.{x.name}]`", x.api.settings) for x in TRACKERS.every() if x.api)
    for channel in CHANNELS.every():
        if channel.connector:
            head = "`[mail]`" if channel.name == "mail" else f"`[customers.{channel.name}]`"
            yield head, channel.connector.settings
    yield from ((f'`[board]`, `kind = "{x.name}"`', x.connector.settings) for x in BOARDS.every())
    yield from ((f'`[billing]`, `kind = "{x.name}"`', x.connector.settings) for x in BILLERS.every())
    yield "`account` of `[billing]`", Columns


MODELS = dict(models())


def fields(head: str) -> dict[str, FieldInfo]:
    return {n: field for n, field in MODELS[head].model_fields.items() if n not in ELSEWHERE.get(head, ())}


def kind(field: FieldInfo) -> str:
    found: Any = field.annotation
    if get_origin(found) in {UnionType, Union}:
        found = next(x for x in get_args(found) if x is not NoneType)
    if get_origin(found) is Literal:
        return " · ".join(get_args(found))
    if isclass(found) and issubclass(found, Enum):
        return " · ".join(str(x.value) for x in found)
    if isclass(found) and issubclass(found, BaseModel):
        return "table"
    return TYPES[get_origin(found) or found]


def default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    value = value.value if isinstance(value, Enum) else list(value) if isinstance(value, tuple) else value
    if value in (None, "", [], {}) or isinstance(value, BaseModel):
        return "–"
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _filled(given: Any) -> Any:
    """With the variables that an example names, also inside a table."""
    if isinstance(given, dict):
        return {key: _filled(value) for key, value in given.items()}
    return VALUES.get(given, given) if isinstance(given, str) else given


@pytest.mark.parametrize("head", MODELS)
def test_every_key_stands_with_its_type_and_its_default(head: str) -> None:
    told = {row["key"].strip("`"): (row["type"], row["default"]) for row in rows(PAGE[head])}
    assert told == {name: (kind(field), default(field)) for name, field in fields(head).items()}


@pytest.mark.parametrize("head", MODELS)
def test_every_example_is_taken(head: str) -> None:
    model = MODELS[head]
    lines = [f"{row['key'].strip('`')} = {row['example'].strip('`')}" for row in rows(PAGE[head])]
    given = tomllib.loads("\n".join(lines))
    filled = _filled(given)
    named = {"name": "shop"} if "name" in model.model_fields and "targets" in head else {}
    assert model.model_validate(filled | named).model_fields_set >= set(given)


def test_every_table_of_the_file_has_its_section() -> None:
    tables = {name for name in Settings.model_fields if name != "mode"}
    assert {name for name in tables if not any(f"[{name}" in head for head in PAGE)} == set()
    (mode,) = rows(PAGE["Top of the file"])
    assert (mode["key"], mode["default"]) == ("`mode`", default(Settings.model_fields["mode"]))


def test_no_section_is_about_something_that_is_gone() -> None:
    assert set(PAGE) - {"Environment", "Top of the file", "`[billing]` of another process"} == set(MODELS)
