"""A hundred calls of one token in ten seconds, and not one more."""

from bot.adapters.boards.trello.api import PER_WINDOW, TrelloLimit


def test_the_first_hundred_go_at_once_and_the_next_waits_for_the_first_to_be_old() -> None:
    now = [1000.0]
    pace = TrelloLimit(lambda: now[0])
    for _ in range(PER_WINDOW):
        assert pace.wait() == 0
        pace.count()
        now[0] += 0.01
    assert round(pace.wait(), 6) == 9
    now[0] = 1010.0
    assert pace.wait() == 0
