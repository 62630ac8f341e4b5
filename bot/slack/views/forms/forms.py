"""Draws the forms. Their metadata is a mark, their callback is the verb that takes the submission. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot.bug.bug import Bug
from bot.bug.course.seriousness import MEANT, Serious, judged
from bot.bug.customers.customer import Customer, Given, TellRequest, apart, marked
from bot.settings.tell import TellSettings
from bot.slack.views import blocks as kit
from bot.slack.views.forms import gifts as gift_fields
from bot.slack.views.forms import readers
from bot.slack.views.marks import mark
from bot.slack.views.mrkdwn import block, foreign, gift, link, plain
from bot.text import cut, plural

View = dict[str, Any]
NAMED = 10
"""Names in a sentence about several customers."""
NOTE = "note"
"""The callback of what is only read."""


def local_time(at: datetime, tz: str) -> str:
    """ "14:15 (UTC+1)" on the asker's own clock, for a text that leaves Slack: its reader may live by another one."""
    try:
        local = at.astimezone(ZoneInfo(tz))
    except (KeyError, ValueError, OSError):
        return f"{at:%H:%M} UTC"
    ahead = int((local.utcoffset() or timedelta()).total_seconds()) // 60
    hours, minutes = divmod(abs(ahead), 60)
    return f"{local:%H:%M} (UTC{'-' if ahead < 0 else '+'}{hours}{f':{minutes:02}' if minutes else ''})"


def reason(bug: Bug, verb: str, title: str, label: str, given: str = "", **about: str | int) -> View:
    """One question, one field; `given`: what it is filled in with."""
    blocks = [
        kit.context(f"{bug.ref} {foreign(bug.title, 120, one_line=True)}", "bug"),
        kit.text_input("reason", label, given, many=True, longest=500),
    ]
    return kit.modal(f"{title} {bug.ref}", blocks, id_=verb, meta=mark(bug, **about), submit=title)


def serious(bug: Bug) -> View:
    """How serious it is, filled in with what is known or guessed."""
    known = judged(bug)
    blocks = [
        kit.context(f"{bug.ref} {foreign(bug.title, 120, one_line=True)}", "bug"),
        kit.menu(
            "serious",
            "How serious is it?",
            [(how.value, MEANT[how]) for how in Serious],
            known.how.value if known else "",
        ),
        kit.text_input("reason", "Why", optional=True, longest=500),
    ]
    return kit.modal(f"How serious {bug.ref}", blocks, id_="serious", meta=mark(bug), submit="Say it")


def page(bug: Bug, found: str) -> View:
    """On which page a bug happens; filled in with the one that the customer's words name."""
    hint = (
        "As the customer's message names it. Check it: it is asked for."
        if found
        else "Its whole address, with https://."
    )
    blocks = [
        kit.context(f"{bug.ref} {foreign(bug.title, 120, one_line=True)}", "bug"),
        kit.text_input("page", "On which page does it happen?", found, hint=hint, longest=2000),
    ]
    return kit.modal(f"Probe {bug.ref}", blocks, id_="probe", meta=mark(bug), submit="Probe")


def pass_alone(bug: Bug, waiting: TellRequest, why: str) -> View:
    """To who is alone: a makegood above a cap passes when they type how many get it. `why` names the cap; empty: said before."""
    gifts = " + ".join(map(gift, waiting.grants))
    passes = f"That passes {foreign(why, 200)}, and nobody" if why else "Nobody"
    get = (
        f"{plural(len(waiting.customers), 'customer')} {'gets' if len(waiting.customers) == 1 else 'get'} {gifts} each."
    )
    said = f":bust_in_silhouette: {passes} else is here to let it pass. {get} You may go on alone; everybody reads it."
    hint = f"So many customers get it: {len(waiting.customers)}"
    blocks = [
        kit.section(said, "alone"),
        kit.text_input("typed", "Type how many customers get it", hint=hint, longest=20),
    ]
    meta = mark(bug, request=waiting.seq)
    return kit.modal(f"Makegood {bug.ref}", blocks, id_="approve_tell", meta=meta, submit="Let it pass")


def note(title: str, text: str, buttons: Sequence[Any] = ()) -> View:
    """Something to read, nothing to fill in; perhaps something to press."""
    return kit.modal(title, [kit.section(text or "…", "note"), *buttons], id_=NOTE)


def tell(
    bug: Bug,
    settings: TellSettings,
    *,
    text: str,
    plans: Sequence[str],
    billing: bool,
    now: datetime,
    gift: str = "",
    previews: Sequence[str] = (),
    asks: Sequence[str] = (),
    seen: str = "",
    upto: int = 0,
) -> View:
    """Who, what, and what they get; prefilled so that one press is enough. `gift`: what the menu says.

    `previews`: what each of them will read. `asks`: what a person should see before it goes; `seen` stands for all of it.
    `upto`: whom the form counted when it opened; 0: it opens now.
    """
    upto = upto or readers.counted(bug)
    people = [c for c in to_tell(bug) if readers.number(c) <= upto]
    boxes = readers.fields("Who is told", people, [c for c in people if not c.told] or people)
    said = text or (settings.tell if any(not c.told for c in people) else "")
    words = kit.text_input("text", "What they read", said, many=True, hint="No internals: they don't need to know.")
    unfixed = (
        []
        if bug.fixed_at
        else [
            kit.checkboxes("anyway", "It is not marked as fixed", [("anyway", "Tell them all the same")], optional=True)
        ]
    )
    gifts = (
        gift_fields.fields(bug, people, settings, plans, now, gift)
        if billing
        else [kit.context("No `[billing]` is set up: no credit from here.", "nobilling")]
    )
    look = kit.actions([kit.button("Show what each of them reads", "value", "preview")], "tell_preview")
    shown = [kit.section(said, f"preview_{i}") for i, said in enumerate(previews)]
    counted = [kit.context(readers.said(people), "counted")] if len(people) > 1 else []
    blocks = [*before_it_goes(asks), *counted, *boxes, words, *unfixed, *gifts, *look, *shown]
    meta = mark(bug, upto=upto, **_seen(seen))
    return kit.modal(f"Tell {bug.ref}", blocks, id_="tell", meta=meta, submit="Send as it is" if seen else "Tell")


def to_tell(bug: Bug) -> list[Customer]:
    """Whom a tell can reach."""
    return [c for c in bug.customers if c.to_tell]


def not_told(bug: Bug) -> list[Customer]:
    """Those of them to whom nothing is on its way yet."""
    return [c for c in to_tell(bug) if not c.told]


def _seen(seen: str) -> dict[str, str]:
    return {"seen": seen} if seen else {}


def before_it_goes(asks: Sequence[str]) -> list[Any]:
    """What the second press confirms."""
    return [kit.section(f":warning: {text}", f"asks_{i}") for i, text in enumerate(asks)]


def answer(bug: Bug, text: str, asks: Sequence[str], seen: str, shown: str = "") -> View:
    """Somebody's own words for those who wrote, once more before they go. `shown`: what stands around them in a letter."""
    words = kit.text_input("text", "What they read", text, many=True, hint="No internals: they don't need to know.")
    meta = mark(bug, seen=seen)
    return kit.modal(
        f"Answer {bug.ref}",
        [*before_it_goes(asks), words, *_around(shown)],
        id_="answer",
        meta=meta,
        submit="Send as it is",
    )


def _around(shown: str) -> list[Any]:
    return [kit.section(shown, "around")] if shown else []


def answer_hit(
    bug: Bug,
    hit: Sequence[Customer],
    text: str,
    promised: datetime | None,
    asks: Sequence[str] = (),
    seen: str = "",
    shown: str = "",
) -> View:
    """The form that counts and names the customers before anybody writes to them. `shown`: what stands around the words in a letter."""
    named = ", ".join(foreign(c.name, 60, one_line=True) for c in hit[:NAMED])
    more = f" and {len(hit) - NAMED} more" if len(hit) > NAMED else ""
    were = "was hit and has" if len(hit) == 1 else "were hit and have"
    blocks = [
        *before_it_goes(asks),
        kit.section(f"*{plural(len(hit), 'customer')}* {were} not written to us: {named}{more}.", "whom"),
        kit.text_input("text", "What they read", text, many=True, hint="No internals: they don't need to know."),
        *_around(shown),
    ]
    known: dict[str, str | int] = {
        "upto": readers.counted(bug),
        "by": int(promised.timestamp()) if promised else 0,
    }
    meta = mark(bug, **known, **_seen(seen))
    submit = "Send as it is" if seen else f"Write to {len(hit)}"
    return kit.modal(f"Answer {bug.ref}", blocks, id_="answer_hit", meta=meta, submit=submit)


def fixed_by_hand(bug: Bug) -> View:
    """One sentence, which the card, the trail and the retro show."""
    blocks = [
        kit.context(f"{bug.ref} {foreign(bug.title, 120, one_line=True)}", "bug"),
        kit.text_input("said", "I fixed it:", longest=300, hint="For the team. Customers don't read it."),
        kit.checkboxes("proper", "Was that all?", [("proper", "It is the proper fix: nothing is owed")], optional=True),
    ]
    return kit.modal(f"I fixed {bug.ref}", blocks, id_="fixed_by_hand", meta=mark(bug), submit="It works")


def told_by_hand(bug: Bug, text: str) -> View:
    """The words to copy, and where to paste them; the press says that it is done."""
    people = not_told(bug)
    only = people if len(people) == 1 else []
    boxes = readers.fields("Whom did you tell", people, only, none=len(people) > readers.PER_BOX)
    chats = [link(c.url, f"Open the chat with {foreign(c.name, 40, one_line=True)}") for c in people[:NAMED] if c.url]
    blocks = [
        kit.section(f"Copy this, or write your own:\n{block(text, 2500)}", "copy"),
        *([kit.section("\n".join(chats), "chats")] if chats else []),
        *boxes,
        kit.text_input("text", "What they read", text, many=True, hint="As you wrote it, for the trail."),
    ]
    meta = mark(bug, upto=readers.counted(bug))
    return kit.modal(f"I told them {bug.ref}", blocks, id_="told_by_hand", meta=meta, submit="I told them")


def reply(bug: Bug, people: Sequence[Customer], text: str, asks: Sequence[str] = (), seen: str = "") -> View:
    """A further word to those who wrote, whether they know that it works or not."""
    newest = max(people, key=lambda c: (c.said_at or c.since, c.id))
    said = f"{foreign(newest.name, 40, one_line=True)}: “{foreign(newest.said, 200, one_line=True)}”"
    blocks = [
        *before_it_goes(asks),
        kit.context(said, "said"),
        kit.checkboxes("customers", "Who reads it", readers.choices(people, bug.customers), [newest.id]),
        kit.text_input("text", "What they read", text, many=True, hint="Say why in your words. No internals."),
    ]
    submit = "Send as it is" if seen else "Send"
    return kit.modal(f"Reply {bug.ref}", blocks, id_="reply", meta=mark(bug, **_seen(seen)), submit=submit)


def given_here(bug: Bug, given: Sequence[tuple[Customer, Given]]) -> str:
    """What could be taken back, in a sentence."""
    named = [f"{foreign(_short(c, bug), 60, one_line=True)}: {gift(g.grant)}" for c, g in given[:NAMED]]
    more = [f"and {len(given) - NAMED} more"] if len(given) > NAMED else []
    return f"Nothing is taken back yet. Given for {bug.ref}: {', '.join((*named, *more))}. Choose which."


def taking_back(bug: Bug, given: Sequence[tuple[Customer, Given]], why: str) -> kit.Blocks:
    """The same with the button that opens the form, for a place where Slack opens none by itself."""
    button = kit.button("Take back…", "tell_undo", mark(bug, why=quote(cut(why, 300))))
    return kit.render([kit.section(given_here(bug, given), "given"), *kit.actions([button], "take_back")])


def take_back(bug: Bug, given: Sequence[tuple[Customer, Given]], why: str) -> View:
    """Which makegood, named also where there is only one: what goes is what was seen."""
    choices = [(str(g.seq), f"{_short(c, bug)}: {plain(gift(g.grant))}") for c, g in given]
    blocks = [
        kit.menu("granted", "Take back", choices, choices[0][0]),
        kit.text_input("reason", "Why", why, optional=True, longest=500),
    ]
    meta = mark(bug)
    return kit.modal(f"Take back {bug.ref}", blocks, id_="tell_undo", meta=meta, submit="Take back")


def _short(customer: Customer, bug: Bug) -> str:
    """Beside what they were given."""
    mark = apart(bug.customers).get(customer.id)
    return marked(customer, mark) if mark else cut(customer.name, 30)
