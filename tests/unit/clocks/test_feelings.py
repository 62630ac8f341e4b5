"""What customers say after they were told, in the languages they write."""

import pytest

from bot.bug.arriving.arrivals import arrive
from bot.bug.arriving.feelings import feeling
from bot.bug.values import Inbound
from tests.unit.bug.story import ADA, fixed, told


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Wow, thank you!", "thanks"),
        ("Danke, jetzt läuft alles", "thanks"),
        ("Merci beaucoup", "thanks"),
        ("¡Gracias!", "thanks"),
        ("Thanks, but it still does not work", "still_broken"),
        ("Das geht immer noch nicht", "still_broken"),
        ("Danke, aber es funktioniert leider nicht", "still_broken"),
        ("Ça ne marche toujours pas", "still_broken"),
        ("Sigue sin funcionar, da error", "still_broken"),
        ("Non funziona", "still_broken"),
        ("I just bought premium, thanks", "bought"),
        ("Wir haben Premium gebucht", "bought"),
        ("How do I add a second menu?", None),
    ],
)
def test_the_words_say_how_they_feel(text: str, meant: str | None) -> None:
    assert feeling(text) == meant


def wrote(text: str) -> Inbound:
    return Inbound(source="chatwoot", conversation="talk of Ada", event="m2", customer=ADA, text=text)


def test_it_is_recorded_of_somebody_who_was_told() -> None:
    story = told(fixed())
    assert [x.KIND for x in arrive(story.bug, wrote("Still the same error"), story.now)][:2] == [
        "customer_wrote",
        "customer_felt",
    ]


def test_it_is_not_recorded_of_somebody_who_still_waits() -> None:
    story = fixed()
    assert "customer_felt" not in [x.KIND for x in arrive(story.bug, wrote("Still the same error"), story.now)]
