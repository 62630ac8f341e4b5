"""Who reads what: each word and button, tried by a guest, by who has left, by an app, and by a stranger in a shared channel."""

import json
import time
from dataclasses import replace

import pytest

from bot.bug.errors import Misconfigured
from bot.demo.slack.records import Person
from bot.ledger import workspace
from bot.ledger.entries import trail
from bot.slack.incoming.request import Request
from bot.slack.verbs.registry import VERBS
from tests.slack import alerts
from tests.slack.house import House

LEFT = Person(id="U0SUP", name="Sam", email="sam@acme.example", deleted=True)
APP = "the app itself"
SAID = {
    "mia@studio.example": "the customer's address",
    "My shop has been down": "what the customer wrote",
    "words for the team alone": "what was said in the thread",
    "nobody reviews menus": "how it got into production",
    "secret plan for menus": "what is changed",
    "Other bug of another channel": "a bug of which nobody told them",
}
"""What a trail holds, and where it is from. Slack itself shows a bug's thread to whoever is in its channel."""
GUESTS = {
    *("cancel", "claim", "dismiss", "estimate", "fix_list", "fix_show", "fixed", "fixed_by_hand", "freeze"),
    *("hand", "help", "merge", "mute", "new", "new_from", "not_a_bug", "page", "release", "reopen", "reproduced"),
    *("same_as", "serious", "snooze", "take_over", "track_as_bug"),
    *("home_page_first", "home_page_back", "home_page_next", "home_page_last"),
}
"""What a guest may ask for: to help with a bug in front of them, and to stop production."""
LAST = ("merge", "dismiss")
"""What ends the bug comes after all others."""


@pytest.fixture
async def lived(house: House) -> House:
    """A bug with a story, a retro and a customer, and another one."""
    card, dana = await house.alarm(email="mia@studio.example", name="Mia"), house.person("Dana")
    await house.hook("chatwoot", alerts.chat("My shop has been down", email="mia@studio.example"))
    await card.thread.expect("My shop has been down")
    await dana.says("words for the team alone", thread=card)
    await dana.types("/bug claim BUG-1", in_=house.errors)
    await dana.types("/bug works BUG-1", in_=house.errors)
    await dana.types("/bug lesson BUG-1 nobody reviews menus", in_=house.errors)
    await card.thread.expect("nobody reviews menus")
    await house.alarm(title="Other bug of another channel")
    await house.quiet()
    return house


def asked(verb: str, user: str, team: str = "T0LOCAL") -> Request:
    return Request(
        key=f"walk:{verb}:{user}", verb=verb, user=user, team=team, via="button", bug=1, trigger="t1", channel="C0TEAM"
    )


def words(verb: str) -> str:
    """What makes the verb say something, where it needs words."""
    return {"known": "mia@studio.example", "search": "menus", "customer": "mia@studio.example"}.get(verb, "")


async def answered(house: House, request: Request) -> str:
    """All that whoever asked gets to see."""
    decided = await house.bot.dispatcher._decided(replace(request, args=words(request.verb)))
    return json.dumps(decided.answer.model_dump(mode="json", exclude={"opened"}), ensure_ascii=False)


async def written(house: House) -> int:
    ledger = house.bot.ledger
    return sum([len(await trail(ledger, number)) for number in (1, 2)]) + len(await workspace.trail(ledger))


def walk() -> list[str]:
    return sorted(VERBS, key=lambda verb: (verb in LAST, verb))


async def test_a_guest_reads_no_trail_by_any_word_or_button(lived: House) -> None:
    told, refused = dict[str, list[str]](), set[str]()
    for verb in walk():
        before = await written(lived)
        text = await answered(lived, asked(verb, "U0GUEST"))
        told[verb] = [what for said, what in SAID.items() if said in text]
        if verb not in GUESTS:
            refused |= {verb} if "full member" in text or "Guests" in text or "approvers" in text else set()
            assert await written(lived) == before, verb
    assert {verb: what for verb, what in told.items() if what} == {}
    assert refused == set(VERBS) - GUESTS


NOBODY = {
    "who has left": ("U0SUP", "T0LOCAL", "This account is deactivated"),
    "an app": (APP, "T0LOCAL", "Only people command Makegood"),
    "a stranger in a shared channel": ("U0STRANGE", "T0PARTNER", "Only members of this workspace"),
    "a stranger whom Slack names as ours": ("U0STRANGE", "T0LOCAL", "Only members of this workspace"),
}


@pytest.mark.parametrize("who", NOBODY)
async def test_nobody_else_reads_or_changes_anything(lived: House, who: str) -> None:
    user, team, said = NOBODY[who]
    lived.slack.change_person(LEFT)
    await lived.quiet()
    user = lived.slack.app.user_id if user == APP else user
    before = await written(lived)
    for verb in VERBS:
        text = await answered(lived, asked(verb, user, team))
        assert said in text, verb
        assert not any(word in text for word in SAID), verb
    assert await written(lived) == before


async def test_only_exporters_take_the_trail_out(lived: House) -> None:
    await lived.restart(policy={"exporters": ["max@acme.example"]})
    dana, max_ = lived.person("Dana"), lived.person("Max")
    await dana.types("/bug export csv", in_=lived.errors)
    await dana.expect_ephemeral(
        "You are not among those who take the trail out here (`[policy] exporters`). <@U0LEAD2> may."
    )
    await max_.types("/bug export csv", in_=lived.errors)
    await max_.expect_ephemeral("came to you in a private message")
    with pytest.raises(Misconfigured, match=r"policy\.exporters: nobody of U0GUEST is a full member here"):
        await lived.restart(policy={"exporters": ["U0GUEST"]})


async def test_while_slack_says_nothing_of_anybody_who_was_here_may_read_on(lived: House) -> None:
    dana = lived.person("Dana")
    await dana.types("/bug list", in_=lived.errors)
    await dana.expect_ephemeral("BUG-2")
    away(lived)
    lived.bot.slack.directory.forget("U0SUP")
    await dana.types("/bug list waiting", in_=lived.errors)
    await lived.person("Sam").types("/bug list", in_=lived.errors)
    await lived.person("Sam").expect_ephemeral("Slack can't say who you are just now")
    assert "Slack can't say" not in " ".join(dana.ephemerals)


def away(house: House) -> None:
    """users.info fails; a quarter of an hour ago Slack showed everybody."""
    directory, shown = house.bot.slack.directory, time.monotonic() - 900
    directory._known = {user: (shown, member) for user, (_, member) in directory._known.items()}
    house.slack.faults.add(kind="500", method="users.info", times=1000)


async def test_a_guests_home_shows_what_is_theirs_and_no_list_of_all(lived: House) -> None:
    gil = lived.person("Gil")
    await gil.types("/bug claim BUG-2", in_=lived.errors)
    home = await gil.opens_home()
    await home.expect_text("You have")
    shown = json.dumps(home.json, ensure_ascii=False)
    assert [what for said, what in SAID.items() if said in shown] == ["a bug of which nobody told them"]
    assert "Lists of all bugs are for full members" in shown
