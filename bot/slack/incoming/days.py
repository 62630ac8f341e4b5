"""Reads a day as people write it: "friday", "tomorrow", "10d", "2w", "2026-12-01", "1 dec". Pure."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.bug.errors import Refused
from bot.bug.words import Code

_SPAN = re.compile(r"(?:in )?(\d{1,3}) ?(d|days?|w|weeks?)", re.IGNORECASE)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORTEST = 3
_FORMS = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%d.%m.%Y")


def read(text: str, now: datetime, zone: ZoneInfo) -> date:
    """A weekday is the next one, today excluded; a day without its year is the next such day. Raises Refused."""
    said, today = " ".join(text.lower().replace(",", " ").split()).removeprefix("by "), now.astimezone(zone).date()
    if said in {"today", "tomorrow"}:
        return today + timedelta(days=said == "tomorrow")
    if span := _SPAN.fullmatch(said):
        return today + timedelta(days=int(span[1]) * (7 if span[2].startswith("w") else 1))
    if found := _weekday(said, today) or _dated(said, today):
        return found
    raise Refused(Code(text, 40), " is no day. Write it as `friday`, `2w` or `2026-12-01`.")


def _weekday(said: str, today: date) -> date | None:
    number = next((i for i, name in enumerate(_WEEKDAYS) if len(said) >= _SHORTEST and name.startswith(said)), None)
    return None if number is None else today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)


def _dated(said: str, today: date) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        pass
    named = next((found for form in _FORMS if (found := _by(form, said))), None)
    if named:
        return named
    bare = (_by(form, f"{said} {year}") for year in (today.year, today.year + 1) for form in _FORMS[:4])
    return next((found for found in bare if found and found >= today), None)


def _by(form: str, said: str) -> date | None:
    try:
        return datetime.strptime(said, form).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
