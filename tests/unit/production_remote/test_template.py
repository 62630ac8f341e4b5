"""Which command templates can be filled safely, and what stands in them afterwards."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.bug.errors import Invalid, Misconfigured
from bot.production.action import MASK, Risk, SshAction
from bot.production.ssh.template import argument, fill, problem_of, problems

FINE = [
    "a",
    "a {x}",
    "a --m={x} | b > c",
    "a -- {x}",
    "echo $(b {x})",
    "awk '{{print $1}}' {x}",
    "a 'it' \"is\" {x}",
    "a \\; {x}",
]
UNSAFE = {
    "a '{x}'": "quotes",
    'a "{x}"': "quotes",
    'a "b $(c {x})"': "quotes",
    "a \\{x}": "quotes",
    "a ${x}": "expansion",
    "a $ {x} ${{y}}": "expansion",
    "a $((1 + {x}))": "arithmetic",
    "a `b {x}`": "backtick",
    "cat <<E {x}": "here-document",
    "a # {x}": "comment",
    "eval {x}": "shell within",
    "sh -c {x}": "shell within",
    "bash -ec {x}": "shell within",
    "ssh other {x}": "shell within",
    "a {x!r}": "nothing else",
    "a {x:>9}": "nothing else",
    "a {x.y}": "nothing else",
    "a {}": "nothing else",
    "a {x": "braces",
    "a 'b {{": "braces",
    "  ": "empty",
}


class Move(SshAction):
    """Moves."""

    risk = Risk.LOW
    command = "mv {what} {secret}"
    what: str
    secret: SecretStr = SecretStr("geheim")


TAKES, SECRET = {"what", "secret"}, {"secret"}


@pytest.mark.parametrize("template", FINE)
def test_a_parameter_may_stand_where_a_word_may(template: str) -> None:
    assert problem_of(template) == ""


@pytest.mark.parametrize(("template", "why"), [(t, w) for t, w in UNSAFE.items() if t != "a 'b {{"])
def test_a_parameter_may_not_stand_where_it_would_be_read_once_more(template: str, why: str) -> None:
    assert why in problem_of(template)


def test_secrets_run_and_are_not_shown() -> None:
    command = fill(Move.command, Move(what="a b"))
    assert command.line == "mv 'a b' geheim"
    assert MASK in command.shown
    assert "geheim" not in command.shown


def test_a_template_that_names_no_parameter_of_its_action_is_refused() -> None:
    with pytest.raises(Misconfigured, match="none of its parameters"):
        fill("rm {other}", Move(what="a"))


def test_a_careful_reader_hears_of_every_template() -> None:
    assert problems({"command": Move.command}, TAKES, SECRET) == []
    careless = {"command": "mv '{what}'", "undo": "mv {whither}", "check": "test -e {what}"}
    found = problems(careless, TAKES, SECRET)
    assert any(said.startswith("command: ") for said in found)
    assert "{whither} is none of its parameters" in found


def test_a_careful_reader_complains_about_an_undo_that_needs_a_secret() -> None:
    assert problems({"command": Move.command, "undo": "give-back {secret}"}, TAKES, SECRET) == [
        "undo: {secret} is secret and forgotten when the run ends, so it could never run; leave it out"
    ]


def test_values_become_words_a_command_understands() -> None:
    assert [argument(value) for value in (None, True, 13, Risk.LOW, SecretStr("x"))] == ["", "true", "13", "low", "x"]


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_any_text_is_one_word(text: str) -> None:
    assert shlex.split(fill("mv {what} end", Move.model_construct(what=text)).line) == ["mv", text, "end"]


@given(st.text(st.sampled_from("\x00\x07\x1b\n\r\x7f"), min_size=1))
def test_no_control_character_is_part_of_a_command(text: str) -> None:
    with pytest.raises(Invalid):
        fill("mv {what}", Move.model_construct(what=text))
