"""Where a workspace takes no charts, the words come at once and a picture beside them; the extra [plots] draws it."""

import struct
from collections.abc import Iterator

import pytest

from bot.slack.views.retro import png
from tests.slack.house import House

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def _no_charts(house: House) -> Iterator[None]:
    house.slack.world.charts = False
    yield
    house.slack.world.charts = True


async def one_told(house: House) -> None:
    card, dana = await house.alarm(title="First"), house.person("Dana")
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.thread.expect("It works again")


async def test_the_words_of_a_month_come_without_its_charts(house: House) -> None:
    await one_told(house)
    dana = house.person("Dana")
    for _ in range(2):
        await dana.types("/retro month", in_=house.errors)
        told = await dana.expect_ephemeral("1 bug, 0 dismissed")
        assert [block["type"] for block in told.json["blocks"]] == ["header", "section"]
    assert not house.bot.slack.port.charts


async def test_without_the_extra_it_says_what_would_draw_a_picture(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(png, "available", lambda: False)
    await one_told(house)
    dana = house.person("Dana")
    await dana.types("/retro week", in_=house.errors)
    await dana.expect_dm("pip install 'makegood[plots]'")


@pytest.mark.plots
async def test_a_picture_comes_by_direct_message_and_says_in_words_what_it_shows(house: House) -> None:
    assert png.available()
    await one_told(house)
    dana = house.person("Dana")
    await dana.types("/retro month", in_=house.errors)
    await dana.expect_dm("Makegood in ")
    (file,) = house.slack.world.files.values()
    assert file.content
    assert file.content.startswith(PNG)
    wide, high = struct.unpack(">II", file.content[16:24])
    assert (wide, high > 300) == (1008, True)
    asked = [call for call in house.slack.calls if call.method == "files.getUploadURLExternal"]
    assert "Bugs, and customers told. from" in str(asked[0].args)
