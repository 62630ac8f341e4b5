"""One tree of errors, drawn where it is defined, each with what it means."""

import inspect

from bot.bug import errors
from bot.bug.errors import Invalid, MakegoodError, NotAllowed, Refused, Unavailable

ALL = [x for x in vars(errors).values() if inspect.isclass(x)]


def test_every_error_is_in_the_one_tree_and_says_what_it_means() -> None:
    assert all(issubclass(kind, MakegoodError) for kind in ALL if issubclass(kind, Exception))
    assert all(kind.__doc__ and kind.__name__ in (errors.__doc__ or "") for kind in ALL if issubclass(kind, Exception))


def test_whatever_a_person_may_not_do_is_a_refusal() -> None:
    assert issubclass(NotAllowed, Refused)
    assert issubclass(Invalid, Refused)


def test_a_form_is_told_which_field_is_wrong() -> None:
    assert Invalid("Say why.", {"reason": "Say why."}).fields == {"reason": "Say why."}
    assert Invalid("Say why.").fields == {}


def test_a_system_that_is_down_may_say_when_to_ask_again() -> None:
    assert Unavailable("Slack is busy.", 30).retry_after == 30
    assert Unavailable("Slack is down.").retry_after is None
    assert str(Unavailable("Slack is down.")) == "Slack is down."
