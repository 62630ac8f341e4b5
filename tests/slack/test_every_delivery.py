"""Never 200 and silence: what real services post, over the whole door, and what a person sees of each."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import aiohttp
import pytest
from sqlalchemy import func, select

from bot.adapters.hooks import names
from bot.adapters.registry import FORGES
from bot.commands.checks.database import database
from bot.ledger.db.tables import entries, groups
from tests.slack import deliveries as d
from tests.slack.delivery import ASK, BAD, CARD, LEFT, MORE, ODD, Delivery
from tests.slack.house import HOOK, House

EVERY_HOOK = {"hooks": {name: {"token": HOOK} for name in (*d.SOURCES, "bugsnag", "chatwoot")}}
pytestmark = pytest.mark.parametrize("given", [EVERY_HOOK])
every_source = pytest.mark.parametrize("source", d.SOURCES)
MACHINE = re.compile(r"JSONDecodeError|Traceback|NoneType|\bdict\b|\bException\b|line \d+ column|object at 0x|Errno")
"""Words of Python and its libraries, which say nothing to people."""


@dataclass(frozen=True)
class Seen:
    """What a person can see."""

    channel: tuple[str, ...]
    entries: int
    held: int
    """Errors that [admit] keeps off the channel, counted."""
    doctor: str


async def _seen(house: House) -> Seen:
    await house.quiet()
    async with house.bot.ledger.db.read() as conn:
        number = (await conn.execute(select(func.count()).select_from(entries))).scalar_one()
        held = (await conn.execute(select(func.coalesce(func.sum(groups.c.seen), 0)))).scalar_one()
    said = [str(finding) for finding in await database(house.runtime.database_url)]
    doctor = "\n".join(re.sub(r"the last .*? ago", "", line) for line in said if "not understood" in line)
    shown = (f"{message.lock_screen} {' '.join(message.texts)}" for message in house.errors.messages())
    daily = "Something arrived that is not understood"  # comes by the clock, whatever was sent last
    shown = (text for text in shown if daily not in text)
    return Seen(tuple(shown), number, held, doctor)


async def _post(house: House, source: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    url = f"{house.url}/hooks/{source}/{HOOK}"
    async with aiohttp.ClientSession() as http, http.post(url, data=body, headers=headers) as answer:
        return answer.status, await answer.text()


async def _sent(house: House, one: Delivery) -> tuple[int, str]:
    return await _post(
        house, one.source, json.dumps(one.body).encode(), {"Content-Type": "application/json", **one.headers}
    )


def _outcome(status: int, said: str, before: Seen, after: Seen) -> str:
    if status == 400:
        return BAD
    assert status == 200, said
    more = len(after.channel) > len(before.channel)
    happened = {
        CARD: more and any("BUG-" in text for text in after.channel[len(before.channel) :]),
        ODD: after.doctor != before.doctor,
        ASK: more,
        MORE: after.entries > before.entries,
        "held": after.held > before.held,
        LEFT: "on purpose" in said,
    }
    return next((outcome for outcome, so in happened.items() if so), "silence")


@every_source
async def test_what_a_service_sends_comes_to_what_was_written_down_for_it(house: House, source: str) -> None:
    found: dict[str, tuple[str, str]] = {}
    before = await _seen(house)
    for one in (each for each in d.EVERY if each.source == source):
        status, said = await _sent(house, one)
        after = await _seen(house)
        outcome = _outcome(status, said, before, after)
        if outcome in {CARD, ASK}:
            shown = " ".join(set(after.channel) - set(before.channel))
            assert one.words in shown, one.name
        if outcome == ODD:
            assert one.words in after.doctor, one.name
        if outcome != one.outcome:
            found[one.name] = (one.outcome, f"{outcome}: {status} {said}")
        before = after
    assert found == {}


@every_source
async def test_what_is_not_of_that_service_is_refused_with_the_reason(house: House, source: str) -> None:
    wrong: dict[str, tuple[int, str]] = {}
    sent = [(one.name, json.dumps(one.body).encode(), "application/json") for one in d.strangers(source)]
    sent += [(name, body, kind) for name, (body, kind) in d.NONSENSE.items()]
    for name, body, kind in sent:
        status, said = await _post(house, source, body, {"Content-Type": kind})
        if status != 400 or not re.search(r"\w+ \w+ \w+.*\.$", said.strip()) or MACHINE.search(said):
            wrong[name] = (status, said)
    assert wrong == {}


@every_source
async def test_a_field_that_is_missing_or_of_another_kind_never_ends_in_silence(house: House, source: str) -> None:
    """Whatever is done to a valid delivery: a person sees it, or whoever sent it reads why not."""
    silent: dict[str, str] = {}
    before = await _seen(house)
    for name, one in _mutants(source):
        status, said = await _sent(house, one)
        after = await _seen(house)
        if status not in {200, 400} or (status == 200 and _outcome(status, said, before, after) == "silence"):
            silent[name] = f"{status} {said}"
        before = after
    assert silent == {}


EACH = int(os.environ.get("MAKEGOOD_EACH_SPOILED", "5"))
"""One of so many spoiled deliveries is sent; with 1 all of them are, which takes minutes."""
SHARE = int(os.environ.get("MAKEGOOD_SEED", "0"))
SPOILS: Mapping[str, Any] = {
    "null": None,
    "a list": [],
    "an object": {},
    "a number": 7,
    "a text": "x",
    "long": "ü" * 9_000,
}


def _mutants(source: str) -> Iterator[tuple[str, Delivery]]:
    """Of the first card and the first question: every field at the top and one below, taken away or replaced."""
    for outcome in (CARD, ASK):
        firsts = [one for one in d.EVERY if (one.source, one.outcome) == (source, outcome)][:1]
        for first, (number, path) in (
            (one, each) for one in firsts for each in enumerate(map(_named, _spoiled(one.body)))
        ):
            if (number + SHARE) % EACH:
                continue
            anew = d.anew(first)  # another error, another chat: what is told twice may well be silent
            yield f"{first.name} {path}", replace(anew, body=list(_spoiled(anew.body))[number][1])


def _named(spoiled: tuple[str, dict[str, Any]]) -> str:
    return spoiled[0]


def _spoiled(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, value in body.items():
        yield f"without {key}", {k: v for k, v in body.items() if k != key}
        for name, spoil in SPOILS.items():
            yield f"{key}: {name}", {**body, key: spoil}
        if isinstance(value, dict):
            worse: tuple[object, ...] = (None, [], 7)
            for inner, spoiled in product(value, worse):
                yield f"{key}.{inner}: {spoiled}", {**body, key: {**value, inner: spoiled}}


def test_every_source_that_has_a_hook_is_in_the_list(given: dict[str, Any]) -> None:
    # a forge's deliveries are no alerts and nobody's words: tests/unit/forges and test_pulls.py read each of its kinds
    assert set(names()) - set(given["hooks"]) - set(FORGES.names()) <= {"mail"}


async def test_what_nobody_understood_is_counted_kept_and_shown(house: House) -> None:
    odd = [one for one in d.EVERY if one.outcome == ODD and one.words == "seer"]
    for _ in range(3):
        assert (await _sent(house, odd[0]))[0] == 200
    line = await house.errors.expect_message("not understood")
    assert "Sentry" in line.lock_screen
    assert "seer" in line.lock_screen
    home = await house.person("Dana").opens_home()
    await home.expect_text("seer")
    await home.expect_text("3×")
    assert "seer" in (await _seen(house)).doctor
    async with aiohttp.ClientSession() as http, http.get(f"{house.url}/metrics") as answer:
        assert 'makegood_hooks_not_understood_total{source="sentry"} 3.0' in await answer.text()


async def _strange(house: House) -> None:
    """The clock's job that says it, at once instead of within seconds."""
    (job,) = [job for job in house.bot.timers.jobs if job.name == "what nobody understood"]
    await job.run()


async def test_what_nobody_understood_is_said_in_one_line_a_day(house: House) -> None:
    odd = [one for one in d.EVERY if one.outcome == ODD]
    await _sent(house, odd[0])
    await house.errors.expect_message("not understood")
    for one in odd[1:]:
        await _sent(house, one)
    await _strange(house)
    assert len(house.errors.messages("not understood")) == 1
    house.clock.advance(hours=25)
    await _strange(house)
    assert len(house.errors.messages("not understood")) == 2
    house.clock.advance(hours=25)
    await _strange(house)
    assert len(house.errors.messages("not understood")) == 2
