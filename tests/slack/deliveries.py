"""What services really post to a hook, and what has to come of each: written down beside the parsers, by their documentation."""

from collections.abc import Iterator, Mapping

from tests.slack import deliveries_customers, deliveries_trackers
from tests.slack.delivery import ASK, BAD, CARD, ODD, Delivery

_KINDS = (*deliveries_trackers.KINDS, *deliveries_customers.KINDS)
EVERY = tuple(one for kinds in _KINDS for one in kinds())


def anew(known: Delivery) -> Delivery:
    """The same kind of delivery about something else: with ids of its own."""
    return next(
        x
        for kinds in _KINDS
        for x in kinds()
        if (x.source, x.name, x.outcome) == (known.source, known.name, known.outcome)
    )


SOURCES = tuple(dict.fromkeys(one.source for one in EVERY))
FAMILY = {"grafana": "alertmanager", "glitchtip": "sentry"}
"""Who reads whose bodies: what is of one family is not a stranger's."""
OPEN = frozenset({"generic"})
"""Reads whatever has a title: nobody's body is a stranger's there."""


def strangers(source: str) -> Iterator[Delivery]:
    """One valid delivery of each other service, posted to this address: 400."""
    seen: set[str] = {FAMILY.get(source, source), *OPEN} if source not in OPEN else set(SOURCES)
    for one in EVERY:
        family = FAMILY.get(one.source, one.source)
        if family not in seen and one.outcome in {CARD, ASK, ODD}:
            seen.add(family)
            yield Delivery(source, f"a delivery of {one.source}", BAD, one.body)


NONSENSE: Mapping[str, tuple[bytes, str]] = {
    "nothing": (b"", "application/json"),
    "an empty object": (b"{}", "application/json"),
    "a list": (b"[]", "application/json"),
    "a list of objects": (b'[{"title": "x"}]', "application/json"),
    "a number": (b"7", "application/json"),
    "a text": (b'"title"', "application/json"),
    "null": (b"null", "application/json"),
    "torn": (b'{"title": ', "application/json"),
    "a form": (b"payload=%7B%22a%22%3A1%7D", "application/x-www-form-urlencoded"),
    "XML": (b"<xml><title>x</title></xml>", "application/xml"),
    "no text": (b"\xff\xfe\x00\x01", "application/json"),
    "deep": (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "application/json"),
    "strange names": ('{"\u202eeltit": "\u0000", "ключ": "значение", "🦄": null}'.encode(), "application/json"),
}
