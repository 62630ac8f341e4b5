"""Days as people write them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.bug.clocks.office import Office
from bot.bug.errors import Refused
from bot.slack.incoming.days import read

WEDNESDAY = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
#: in Berlin it is Thursday the 26th already
SAID = {
    "today": date(2026, 11, 26),
    "Tomorrow": date(2026, 11, 27),
    "thu": date(2026, 12, 3),
    "friday": date(2026, 11, 27),
    "by Monday": date(2026, 11, 30),
    "10d": date(2026, 12, 6),
    "in 2 weeks": date(2026, 12, 10),
    "1w": date(2026, 12, 3),
    "2026-12-01": date(2026, 12, 1),
    "1 Dec": date(2026, 12, 1),
    "December 1": date(2026, 12, 1),
    "Jan 5, 2027": date(2027, 1, 5),
    "5 jan": date(2027, 1, 5),
    "1.12.2026": date(2026, 12, 1),
}


@pytest.mark.parametrize(("said", "day"), SAID.items())
def test_a_day_is_read_as_it_is_meant_in_the_zone_of_the_office(said: str, day: date) -> None:
    assert read(said, WEDNESDAY, BERLIN) == day


@pytest.mark.parametrize("said", ["", "soon", "mo", "2026-13-01", "31 nov", "29 feb", "1/12", "9999999d", "next year"])
def test_what_is_no_day_is_refused_with_an_example(said: str) -> None:
    with pytest.raises(Refused, match="friday"):
        read(said, WEDNESDAY, BERLIN)


@pytest.mark.parametrize(("office", "hour"), [(Office(), 17), (Office(hours="08:00-12:30", zone="Asia/Tokyo"), 3)])
def test_a_day_ends_when_the_office_closes(office: Office, hour: int) -> None:
    assert office.closes(date(2026, 12, 1)).hour == hour
