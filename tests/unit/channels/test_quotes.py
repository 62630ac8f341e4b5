"""What is new in an answer, and that a hostile mail costs no more than a friendly one."""

import pytest

from bot.adapters.channels.common.mime import new_text
from bot.adapters.channels.common.quotes import without_quotes

NEW = "Still broken.\n\nOla"
ABOVE = {
    "gmail": "On Sun, 22 Nov 2026 at 09:00, Support <s@shop.example> wrote:\n\n> We look into it.\n> Sam",
    "gmail, wrapped": "On Sun, 22 Nov 2026 at 09:00, The Support People\n<s@shop.example> wrote:\n> We look into it.",
    "wrapped twice": "On Sun, 22 Nov 2026 at 09:00,\nThe Support\nPeople wrote:\n> We look into it.",
    "german": "Am 22.11.2026 um 09:00 schrieb Support <s@shop.example>:\n> Wir schauen.",
    "french": "Le dim. 22 nov. 2026 à 09:00, Support a écrit :\n> On regarde.",
    "without marks": "On 22 Nov 2026, at 09:00, Support wrote:\n\nWe look into it.\n\nSam",
    "old outlook": "-----Original Message-----\nFrom: Support\nSent: Sunday\nTo: Ola\nSubject: Servers\n\nWe look into it.",
    "new outlook": "________________________________\nFrom: Support <s@shop.example>\nSent: Sunday\n\nWe look into it.",
    "bold outlook": "*From:* Support\n*Sent:* Sunday\n*To:* Ola\n\nWe look into it.",
    "german outlook": "Von: Support\nGesendet: Sonntag\nAn: Ola\n\nWir schauen.",
    "signature": "--\nOla Nord\nNord Hosting",
    "marks alone": "> We look into it.\n> Sam",
}


@pytest.mark.parametrize("older", ABOVE.values(), ids=ABOVE)
def test_only_what_stands_above_the_older_mail_is_new(older: str) -> None:
    assert new_text(f"{NEW}\n\n{older}\n") == NEW


LOGS = {
    "with an address": "2026-11-22 09:00:00 worker <job@host.example> wrote:\nerror 500",
    "wrapped": "2026-11-22 09:00:00,123 INFO The Queue <queue@host.example>\nwrote:\nerror 500",
    "without one": "22.11.2026 09:00:00 Worker 7 wrote:\nerror 500",
}


@pytest.mark.parametrize("log", LOGS.values(), ids=LOGS)
def test_a_log_that_the_writer_shows_is_no_older_mail(log: str) -> None:
    assert new_text(f"The log says\n\n{log}\n\nWhat is it?") == f"The log says\n\n{log}\n\nWhat is it?"


@pytest.mark.parametrize("opens", ["At 2026-11-22 09:00:00", "在 2026-11-22 09:00:00"])
def test_a_mail_program_that_names_the_seconds_says_on_or_at(opens: str) -> None:
    wrote = "写道：" if opens.startswith("在") else "wrote:"
    assert new_text(f'{NEW}\n\n{opens}, "Support" <s@shop.example> {wrote}\n\nWe look into it.') == NEW


def test_an_answer_below_the_quotation_is_kept() -> None:
    assert new_text("On Sun, 22 Nov 2026, Support wrote:\n> Is it better?\n\nNo, still broken.") == "No, still broken."


def test_answers_between_quoted_lines_are_kept() -> None:
    mail = "On Sunday, Support wrote:\n> Which page?\nThe menus.\n> Since when?\nSince nine."
    assert new_text(mail) == "The menus.\nSince nine."


@pytest.mark.parametrize(
    "text",
    [
        "The log wrote:\nUndefined index: crud",
        "It says:\n500\nand nothing else",
        "From: and To: are both empty in your form",
        "- one\n- two\n-----\nthree",
        "Steps:\nOn the page I press the button.\nThen it breaks:",
    ],
)
def test_a_customers_own_words_are_not_taken_for_a_quotation(text: str) -> None:
    assert new_text(text) == text


def test_a_mail_that_is_nothing_but_a_quotation_is_shown_whole() -> None:
    assert new_text("> We look into it.") == "> We look into it."
    assert without_quotes("> We look into it.") == ""


@pytest.mark.parametrize(
    "piece",
    [
        "On ",
        "Am ",
        "\nOn a wrote",
        "\n",
        "> ",
        "\n>",
        ":\n",
        "wrote: ",
        "On a@b wrote:\n",
        "From:\n",
        "-",
        "_",
        "--- a ",
        " ",
    ],
)
def test_a_hostile_text_is_read_in_one_pass(piece: str) -> None:
    assert len(new_text(piece * 20_000)) <= 20_000
