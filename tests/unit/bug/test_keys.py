"""Keys fit into their columns, and two different ones stay two."""

import pytest

from bot.bug.keys import fit


def test_a_short_key_stays_as_it_is() -> None:
    assert fit("in:crisp:session_1:7") == "in:crisp:session_1:7"
    assert fit("x" * 200) == "x" * 200


@pytest.mark.parametrize("limit", [200, 60, 32])
def test_long_keys_that_begin_alike_stay_apart(limit: int) -> None:
    keys = {fit("x" * 300 + end, limit) for end in ("a", "b")}
    assert len(keys) == 2
    assert all(len(key) == limit for key in keys)


def test_half_a_character_is_no_obstacle() -> None:
    assert len(fit("\ud800" * 300)) == 200
