"""What a customer need not know is found by its shape, and a word of theirs, or of their page, never is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bug.bug import BoardCard, Bug
from bot.bug.customers.customer import Customer
from bot.bug.telling.internals import internals
from bot.bug.values import BugRef, CustomerHint
from tests.unit.bug.story import MONDAY

BUG = Bug(
    ref=BugRef(team="T0", number=1),
    page="https://shop.example/my_menus/13",
    url="https://errors.shop.example/issues/1",
    board=BoardCard(id="1", url="https://board.shop.example/c/1"),
)
TEMPLATE = "We see it, back by {by}. It_is solved."


def found(text: str, *mails: str, said: str = "", bug: Bug = BUG) -> tuple[str, ...]:
    readers = [
        Customer(id=f"c{n}", hint=CustomerHint(email=mail), via="mail", since=MONDAY) for n, mail in enumerate(mails)
    ]
    return internals(text, bug, readers, [said], template=TEMPLATE, ours="Support <support@shop.example>")


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("The table crud_fields had a bad row.", ("crud_fields",)),
        ("BUG-17 is fixed.", ("BUG-17",)),
        ("It was app/Http/Crud.php:34.", ("app/Http/Crud.php:34",)),
        ('File "/srv/app.py", line 3 raised', ('File "/srv/app.py", line 3',)),
        ("at Menu.load (menu.js:12:5)", ("at Menu.load (menu.js:12:5)",)),
        ("Crud::generate threw a NullPointerException.", ("Crud::generate", "NullPointerException")),
        ("We call save() again.", ("save()",)),
        ("See https://acme.sentry.io/issues/1.", ("https://acme.sentry.io/issues/1",)),
        ("See https://errors.shop.example/issues/1 please", ("https://errors.shop.example/issues/1",)),
        ("See https://board.shop.example/c/1", ("https://board.shop.example/c/1",)),
        ("ben@fleet.example had it too.", ("ben@fleet.example",)),
        ("Commit 9f8e7d6c5b4a is out.", ("9f8e7d6c5b4a",)),
        ("crud_id and crud_id again", ("crud_id",)),
        ("http://[broken", ()),
    ],
)
def test_the_shapes_of_code_and_the_addresses_of_others_are_internals(text: str, pieces: tuple[str, ...]) -> None:
    assert found(text, "mia@studio.example") == pieces


@pytest.mark.parametrize(
    "text",
    [
        "It works again, you can go on: https://shop.example/menus. Write to support@shop.example.",
        "Dear Mia (mia@studio.example), the e-mail export works again. 24/7, 3.5 hours, v2.1.",
        "Your my_menus page works again.",
        "We see it, back by 14:15 UTC. It_is solved.",
        "The menu and the iPhone app, JavaScript and McDonald work again.",
        "",
    ],
)
def test_plain_words_and_what_the_reader_knows_are_none(text: str) -> None:
    assert found(text, "mia@studio.example") == ()


def test_a_readers_address_is_not_for_another_readers_eyes() -> None:
    assert found("mia@studio.example is told.", "mia@studio.example", "ben@fleet.example") == ("mia@studio.example",)


def test_what_the_customer_wrote_is_no_internal() -> None:
    assert found("crud_id 13 is back.", said="My CRUD_ID 13 is gone") == ()


@given(st.text(max_size=300))
def test_no_text_is_too_odd_and_each_piece_stands_in_it(text: str) -> None:
    assert all(piece in text for piece in found(text))


@pytest.mark.parametrize("piece", ["a_", "a/", "A", "at ", "::", "http://", "a@", 'File "', "0a", "(", "a."])
def test_a_long_hostile_text_takes_no_time(piece: str) -> None:
    begun = time.perf_counter()
    found(piece * 5000)
    assert time.perf_counter() - begun < 1
