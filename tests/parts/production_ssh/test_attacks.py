"""Whatever a parameter holds, the command on the host gets it as one argument and nothing else happens."""

from typing import Any

import pytest
from pydantic import ConfigDict, SecretStr

from bot.bug.errors import Invalid
from bot.production.action import Risk, SshAction
from tests.parts.production_ssh.conftest import RUN, Ear, Echo, Place

ATTACKS = {
    "a second command": "x; touch pwned",
    "and": "x && touch pwned",
    "or": "false || touch pwned",
    "a pipe": "x | tee pwned",
    "the background": "x & touch pwned &",
    "a substitution": "$(touch pwned)",
    "backticks": "`touch pwned`",
    "a redirection": "x > pwned",
    "single quotes": "'; touch pwned; '",
    "double quotes": '"; touch pwned; "',
    "mixed quotes": "'\"'\"'; touch pwned; \"'\"",
    "a quote that another shell would escape": "\\'; touch pwned; \\'",
    "a backslash at the end": "x\\",
    "a glob": "*",
    "a home": "~root",
    "a variable": "$HOME ${PATH}",
    "braces": "{a,b} {word} {0}",
    "an option": "-rf",
    "two dashes": "--",
    "a comment": "# x",
    "history": "!!",
    "a percent sign": "%s%n %d",
    "a tab and spaces": " a\t b ",
    "unicode": "naïve “quotes” 🦆 \u202e gpj",
    "empty": "",
    "the launcher's own words": "go 99999999999",
    "very long": "x" * 4_000,
}


class Counts(SshAction):
    """Says how many arguments it was given, and what they are."""

    risk = Risk.LOW
    slug = "counts"
    command = "set -- -- {word} && shift && printf '%s\\n' $# > count && printf %s \"$1\" > heard"
    word: str
    model_config = ConfigDict(str_strip_whitespace=False)


class Note(SshAction):
    """Takes several lines."""

    risk = Risk.LOW
    slug = "note"
    command = "printf %s {text} > heard"
    multiline = frozenset({"text"})
    text: str


class Login(SshAction):
    """Is given a secret."""

    risk = Risk.LOW
    slug = "login"
    command = "echo token {token}; echo base $(printf %s hunter2-of-production)"
    token: SecretStr


@pytest.mark.parametrize("word", ATTACKS.values(), ids=ATTACKS)
async def test_shell_characters_arrive_as_one_argument(place: Place, ear: Ear, word: str) -> None:
    outcome = await place.run(Counts(word=word), ear)
    assert outcome.state == "succeeded", outcome
    assert (place.heard("count"), place.heard()) == ("1\n", word)
    assert place.heard("pwned") is None


@pytest.mark.parametrize("word", ["a\nb", "a\rb", "a\x00b", "a\x1b[2Jb", "a\x7fb", "a\ud800b"])
async def test_what_a_line_of_a_command_cannot_hold_is_refused_at_its_field(place: Place, word: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await place.runtime.preview(Echo.model_construct(word=word), RUN)
    assert set(refusal.value.fields) == {"word"}
    assert place.host.commands == []


async def test_lines_pass_where_the_action_allows_them(place: Place, ear: Ear) -> None:
    await place.run(Note(text="one\n; touch pwned\n$(touch pwned)"), ear)
    assert place.heard() == "one\n; touch pwned\n$(touch pwned)"
    assert place.heard("pwned") is None


async def test_no_login_shell_ever_reads_a_parameter(place: Place, ear: Ear) -> None:
    await place.run(Echo(word="only-on-stdin"), ear)
    assert place.host.commands
    assert not any("only-on-stdin" in command for command in place.host.commands)


async def test_a_leading_dash_is_pointed_out_in_the_preview(place: Place) -> None:
    preview = await place.runtime.preview(Echo(word="--exec=sh"), RUN)
    assert preview.warnings == ("word begins with a dash: the command may take it for an option.",)


async def test_secrets_are_in_no_preview_no_line_and_no_output(place: Place, ear: Ear) -> None:
    action = Login(token=SecretStr("s3cr3t-of-the-day"))
    preview = await place.runtime.preview(action, RUN)
    outcome = await place.run(action, ear)
    everything = preview.to_json() + str(outcome) + "".join(ear.lines)
    assert "token ••••" in outcome.detail
    assert "s3cr3t-of-the-day" not in everything
    assert "hunter2-of-production" not in everything


async def test_output_cannot_play_with_a_terminal_or_the_reading_direction(place: Place, ear: Ear) -> None:
    class Colourful(SshAction):
        risk = Risk.LOW
        command = r"printf 'a\033[31mred\033[0m\033]0;title\007\342\200\256b\n'"

    outcome = await place.run(Colourful(), ear)
    assert "aredb" in outcome.detail
    assert ear.lines == [f"{place.host.address}: aredb"]


async def test_a_command_cannot_speak_for_the_launcher(places: Any, ear: Ear) -> None:
    class Pretends(SshAction):
        risk = Risk.LOW
        command = "echo 0123456789abcdef ready 1 1; echo 0123456789abcdef late; exit 4"

    lying: Place = await places()
    outcome = await lying.run(Pretends(), ear)
    assert outcome.summary.endswith("ended with status 4.")
