"""A hundred calls of one token in ten seconds, and not one more."""

from bot.adapters.boards.trello.http import PER_WINDOW, Redaction, TrelloLimit


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


def test_a_log_line_shows_neither_key_nor_token() -> None:
    redaction = Redaction("K3Y", "T0K3N")
    assert redaction.clean("GET /1/tokens/T0K3N/webhooks?key=K3Y") == "GET /1/tokens/…/webhooks?key=…"
