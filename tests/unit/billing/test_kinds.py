"""Billers are found by name; what they hold of a date is what the column holds."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters import opening
from bot.adapters.billing.sql.values import moment, restored, stored, text
from bot.adapters.registry import BILLERS
from bot.bug.errors import Misconfigured
from bot.outgoing import sessions
from bot.settings.sections import Kind

MOMENTS = st.integers(0, 4_000_000_000_000_000).map(lambda micros: datetime.fromtimestamp(micros / 1e6, UTC))


def test_every_biller_is_found_by_its_name() -> None:
    assert BILLERS.names() == ("sql", "stripe")
    assert [biller.name for biller in BILLERS.every()] == ["sql", "stripe"]


async def test_an_unknown_biller_is_told_which_there_are() -> None:
    async with sessions.pooled() as http:
        with pytest.raises(Misconfigured, match=r"billing\.kind: .*“paypal”.*sql, stripe"):
            opening.biller(Kind(kind="paypal"), http)


@pytest.mark.parametrize("kind", [sa.DateTime(timezone=True), sa.DateTime(), sa.Integer(), sa.String()])
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(until=MOMENTS)
def test_a_moment_survives_the_column_to_the_second(kind: sa.types.TypeEngine[object], until: datetime) -> None:
    column: sa.Column[object] = sa.Column("until", kind)
    held = stored(column, until)
    assert moment(held) == until.replace(microsecond=0)
    assert restored(column, text(held)) == held


def test_a_day_is_its_beginning() -> None:
    column: sa.Column[object] = sa.Column("until", sa.Date())
    assert stored(column, datetime(2031, 5, 1, 17, 30, tzinfo=UTC)) == date(2031, 5, 1)
    assert moment(date(2031, 5, 1)) == datetime(2031, 5, 1, tzinfo=UTC)
