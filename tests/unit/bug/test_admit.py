"""Which errors become a card: those of production that matter, what nobody knows enough of, and what a customer waits for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.bug.arriving.admit import Rule, admit
from bot.bug.values import Alert, Severity

ALERTS = st.builds(
    Alert,
    source=st.just("bugsnag"),
    group=st.just("g1"),
    title=st.just("Menu page fails"),
    stage=st.sampled_from(["", "production", "staging"]),
    severity=st.sampled_from([None, *Severity]),
    occurrences=st.integers(1, 50),
)


def alert(**more: object) -> Alert:
    return Alert.from_data({"source": "bugsnag", "group": "g1", "title": "Menu page fails"} | more)


@pytest.mark.parametrize(
    ("known", "rule", "seen", "why"),
    [
        ({"stage": "production", "severity": "error"}, Rule(), 1, "error in production"),
        ({"stage": "Production"}, Rule(), 1, "in Production"),
        ({"severity": "error"}, Rule(), 1, "error"),
        ({}, Rule(), 1, "nothing says that it is harmless"),
        ({"stage": "staging"}, Rule(), 1, None),
        ({"stage": "staging"}, Rule(stages=()), 1, "in staging"),
        ({"severity": "warning"}, Rule(), 1, None),
        ({"severity": "warning"}, Rule(severity=Severity.WARNING), 1, "warning"),
        ({"severity": "error"}, Rule(severity=Severity.INFO), 1, "error"),
        ({}, Rule(at_least=3), 2, None),
        ({}, Rule(at_least=3), 3, "3 times"),
        ({"occurrences": 12}, Rule(at_least=3), 1, "12 times"),
    ],
)
def test_an_error_is_admitted_by_what_is_known_of_it(
    known: dict[str, object], rule: Rule, seen: int, why: str | None
) -> None:
    assert admit(alert(**known), rule, seen) == why


@given(known=ALERTS, seen=st.integers(1, 50), at_least=st.integers(1, 50))
def test_what_a_customer_waits_for_is_always_admitted(known: Alert, seen: int, at_least: int) -> None:
    assert admit(known, Rule(at_least=at_least), seen, waiting=True) == "a customer waits"


@given(known=ALERTS, seen=st.integers(1, 50), at_least=st.integers(1, 50))
def test_what_was_admitted_once_is_admitted_when_it_happens_again(known: Alert, seen: int, at_least: int) -> None:
    if admit(known, Rule(at_least=at_least), seen) is not None:
        assert admit(known, Rule(at_least=at_least), seen + 1) is not None


def test_less_than_one_occurrence_is_no_rule() -> None:
    with pytest.raises(ValidationError):
        Rule(at_least=0)
