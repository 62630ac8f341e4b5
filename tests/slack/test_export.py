"""Taking the trail out, in Slack: a file for a full member alone, told in the workspace's trail; never for guests."""

import csv
import io

from bot.ledger import workspace
from tests.slack.house import House


def files(house: House) -> list[tuple[str, str]]:
    """Who has a file, and what stands in it."""
    world = house.slack.world
    sent = [(x, x.content.decode()) for x in world.files.values() if x.content]
    return [(world.channels[channel].person or "", text) for x, text in sent for channel in x.shared_in]


async def test_an_export_comes_as_a_file_to_who_asked_alone(house: House) -> None:
    await house.alarm()
    dana = house.person("Dana")
    await dana.types("/bug claim BUG-1", in_=house.errors)
    await dana.types("/bug export csv", in_=house.errors)
    await dana.expect_ephemeral("came to you in a private message, as all-")
    await house.quiet()
    told = [entry.event.KIND for entry in await workspace.trail(house.bot.ledger)]
    assert told[-1] == "trail_exported"
    ((whose, content),) = files(house)
    assert whose == "U0DEV"
    rows = list(csv.reader(io.StringIO(content)))
    assert rows[0][:2] == ["trail", "seq"]
    assert any(row[4] == "claimed" for row in rows)


async def test_what_is_not_there_is_said_and_nothing_is_sent(house: House) -> None:
    await house.alarm()
    dana = house.person("Dana")
    await dana.types("/bug export production <@U0SUP> from 2026-07-01 to 2026-09-30 md", in_=house.errors)
    await dana.expect_ephemeral("Nothing was exported")
    await dana.types("/bug export everything", in_=house.errors)
    await dana.expect_ephemeral("means nothing here. Write it as in")
    await dana.types("/bug export from soon", in_=house.errors)
    await dana.expect_ephemeral("is no day")
    assert files(house) == []


async def test_a_guest_gets_nothing(house: House) -> None:
    await house.alarm()
    gil = house.person("Gil")
    await gil.types("/bug export", in_=house.errors)
    await gil.expect_ephemeral("for full members")
    assert files(house) == []
