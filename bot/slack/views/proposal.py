"""Draws the line about a conversation without a bug: who, what, and [New bug] [Same as …] [Not a bug]."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from bot.bug.bug import Bug
from bot.bug.values import CustomerHint, Inbound
from bot.slack.views import blocks as kit
from bot.slack.views.forms.forms import View
from bot.slack.views.marks import bare, mark
from bot.slack.views.mrkdwn import channel, foreign, link
from bot.text import plural


def summary(source: str, said: Sequence[Inbound]) -> str:
    """The first word and the last, each under the name of whoever wrote it."""
    texts = [x for x in said if x.text] or list(said)
    hint = next((x.customer for x in said if x.customer.name or x.customer.email), said[0].customer)
    last = f" … {_last(texts, hint)}" if len(texts) > 1 else ""
    return f":incoming_envelope: {_name(hint)} ({channel(source)}): “{_words(texts[0])}”{last}"


def _last(texts: Sequence[Inbound], first: CustomerHint) -> str:
    by = texts[-1].customer
    addresses = {x.customer.email.casefold() for x in texts if x.customer.email}
    other = f"{_name(by)}: " if by.email and by.email.casefold() != first.email.casefold() else ""
    people = f" of {len(addresses)} people" if len(addresses) > 1 else ""
    return f"{other}“{_words(texts[-1])}” ({plural(len(texts), 'message')}{people})"


def _name(hint: CustomerHint) -> str:
    return foreign(hint.name or hint.email or "Somebody", 60, one_line=True)


def _words(inbound: Inbound) -> str:
    said = f"{inbound.subject}: {inbound.text}" if inbound.subject else inbound.text
    return foreign(said, 200, one_line=True)


def blocks(place: tuple[str, str], said: Sequence[Inbound], maybe: Bug | None) -> kit.Blocks:
    source, conversation = place
    carried = {"source": source, "conversation": quote(conversation, safe="")}
    url = next((x.url for x in said if x.url), "")
    where = f" · {link(url, 'open there')}" if url else ""
    same = kit.button(f"Same as {maybe.ref}", "same_as", mark(maybe, **carried), "primary") if maybe else None
    buttons = [
        same,
        kit.button("New bug", "new_from", bare(**carried)),
        kit.button("Same as …", "same_as_which", bare(**carried)),
        kit.button("Not a bug", "not_a_bug", bare(**carried)),
        kit.button("Not a bug, answer…", "not_a_bug_answer", bare(**carried)),
    ]
    return kit.render([kit.section(summary(source, said) + where, "inbound"), *kit.actions(buttons, "choose")])


def answer(carried: Mapping[str, str], text: str) -> View:
    """The words to whoever wrote that it is no bug."""
    blocks_ = [
        kit.text_input("text", "What they read", text, many=True, hint="It goes where they wrote. No internals.")
    ]
    meta = bare(**carried)
    return kit.modal("Not a bug", blocks_, id_="not_a_bug_answer", meta=meta, submit="Send")


def settled(text: str) -> kit.Blocks:
    """It is decided: the line loses its buttons."""
    return kit.render([kit.context(text, "settled")])
