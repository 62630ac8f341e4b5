"""No bare hour leaves for somebody who may live by another clock."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from bot.settings.tell import TellSettings
from bot.slack.views.forms.forms import local_time

AT = datetime(2026, 11, 22, 13, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/Berlin", "14:15 (UTC+1)"),
        ("Asia/Kolkata", "18:45 (UTC+5:30)"),
        ("America/St_Johns", "09:45 (UTC-3:30)"),
        ("America/New_York", "08:15 (UTC-5)"),
        ("UTC", "13:15 (UTC+0)"),
        ("Nowhere/At_All", "13:15 UTC"),
        ("", "13:15 UTC"),
    ],
)
def test_an_hour_says_of_which_clock_it_is(zone: str, said: str) -> None:
    assert local_time(AT, zone) == said


@pytest.mark.parametrize("answer", ["back by {time}", "back by {", "{by.hour}", "{0}"])
def test_a_template_that_cannot_be_filled_in_is_said_at_the_start(answer: str) -> None:
    with pytest.raises(ValidationError, match=r"only \{within\} and \{by\}"):
        TellSettings(answer=answer)
    with pytest.raises(ValidationError, match=r"only \{within\} and \{by\}"):
        TellSettings(answer_hit=answer)
