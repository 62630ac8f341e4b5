"""On which page a bug happens, and whether it can be seen there: always an answer."""

import pytest

from bot.bug.errors import Invalid
from bot.bug.fixes.looks import Probed
from bot.bug.fixes.reproduction import Reproduced, name_page, page_in_mail, pages, reproduced
from tests.unit.bug.story import ANNA, Story, claimed, opened, waiting


def probed(name: str = "menu", *, ok: bool = False, said: str = "is 500", **more: object) -> Probed:
    return Probed.model_validate({"probe": name, "when": "asked", "ok": ok, "said": said} | more)


def told(*probes: Probed) -> list[tuple[str, str, str]]:
    return [(r.where, r.seen, r.said) for r in reproduced(probes)]


def test_production_and_development_each_say_whether_it_can_be_seen() -> None:
    there = probed()
    here = probed("local", ok=True, said="is 200", where="development")
    assert told(there, here) == [("production", "yes", "menu is 500"), ("development", "no", "local is 200")]


def test_of_several_probes_the_broken_ones_are_named() -> None:
    assert told(probed(), probed("cart", ok=True, said="is 200")) == [("production", "yes", "menu is 500")]


def test_what_could_not_be_asked_says_neither_yes_nor_no() -> None:
    away = probed(said="is not reachable", unknown=True)
    assert told(away) == [("production", "unknown", "menu is not reachable")]
    assert told(away, probed("cart", ok=True, said="is 200")) == [("production", "no", "cart is 200")]


def test_where_no_probe_shows_the_problem_that_is_the_answer() -> None:
    assert [(where, seen) for where, seen, _ in told(probed(smoke=True, ok=True))] == [("production", "unknown")]
    assert "[probes.NAME]" in told()[0][2]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I got an error on https://shop.example.com/menus/13.", ("https://shop.example.com/menus/13",)),
        ("(see https://shop.example.com/a?b=1&c=2), please", ("https://shop.example.com/a?b=1&c=2",)),
        ("<https://shop.example.com/a|the page>", ("https://shop.example.com/a",)),
        (
            "https://a.example/x and https://a.example/x and http://b.example/y",
            ("https://a.example/x", "http://b.example/y"),
        ),
        ("https:// http://[ javascript:alert(1) ftp://x.example/ //y.example", ()),
        ("nothing", ()),
    ],
)
def test_pages_are_read_from_what_people_write(text: str, found: tuple[str, ...]) -> None:
    assert pages((text,)) == found


def writes(text: str) -> Story:
    story = waiting(opened())
    wrote = story.facts[-1].event.model_copy(update={"text": text})
    return story.then(wrote, ANNA)


def test_a_page_of_ours_comes_before_others_that_the_mail_names() -> None:
    story = writes("my signature https://facebook.example/me and the error https://shop.example.com/menus/13")
    ours = frozenset({"shop.example.com"})
    assert page_in_mail(story.bug, ours) == "https://shop.example.com/menus/13"
    assert page_in_mail(story.bug, frozenset()) == "https://facebook.example/me"
    assert page_in_mail(opened().bug, ours) == ""


def test_a_person_names_the_page() -> None:
    story = claimed()
    story.then(name_page(story.bug, "<https://shop.example.com/menus/13>"), ANNA)
    assert story.bug.page == "https://shop.example.com/menus/13"
    line = story.facts[-1].event.line(story.bug, ANNA)
    assert line
    assert line.minor


@pytest.mark.parametrize("text", ["", "menus", "the page https://shop.example.com", "ftp://shop.example.com/x"])
def test_a_page_is_a_whole_address_and_nothing_else(text: str) -> None:
    with pytest.raises(Invalid, match="whole address"):
        name_page(claimed().bug, text)


def test_a_persons_word_is_told_with_their_name() -> None:
    word = Reproduced(where="development", seen="no", said="with her account")
    assert ANNA in str(word.line(claimed().bug, ANNA).parts)
    assert "(" not in "".join(
        str(part) for part in Reproduced(where="production", seen="yes").line(claimed().bug, "production").parts
    )
