"""What Trello tells of a board, read and verified; whatever arrives, it is a change, nothing, or unreadable."""

import base64
import contextlib
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.boards.trello.events import parse, verify
from bot.adapters.ports import BoardChange, Hook, Known, Stage
from bot.adapters.registry import BOARDS
from bot.bug.errors import Unauthorised, Unreadable
from tests.support import recorded

URL = "https://makegood.example.com/hooks/trello/long-random-token"
SECRET = "secret-of-the-key"


def hook(body: bytes, **headers: str) -> Hook:
    return Hook(headers=headers, body=body, url=URL, at=datetime(2026, 3, 2, tzinfo=UTC))


def changed(action: Any) -> tuple[BoardChange, ...]:
    return parse(hook(json.dumps({"model": {}, "action": action}).encode()))


def of_card(kind: str, **data: Any) -> dict[str, Any]:
    return {"id": "a1", "type": kind, "date": "2026-03-02T14:09:41.386Z", "data": {"card": {"id": "c1"}} | data}


def signed(body: bytes, url: str = URL, secret: str = SECRET) -> Hook:
    signature = base64.b64encode(hmac.digest(secret.encode(), body + url.encode(), hashlib.sha1)).decode()
    return hook(body, **{"x-trello-webhook": signature})


def test_each_board_has_a_folder_of_deliveries_and_each_folder_its_board() -> None:
    assert recorded.folders("boards") == set(BOARDS.names())
    assert recorded.orphans("boards", "trello") == []


@pytest.mark.parametrize("path", recorded.deliveries("boards", "trello"), ids=lambda path: path.stem)
def test_every_delivery_is_read_as_expected(path: Path) -> None:
    found = BOARDS.find("trello").parse(recorded.hook(path), Known())
    assert recorded.told(found) == recorded.expected(path)


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (of_card("updateCard", card={"id": "c1", "closed": []}, old={"closed": {}}), "other"),
        (of_card("updateCard", card={"id": "c1", "closed": False}, old={"closed": True}), "unarchived"),
        (of_card("deleteCard"), "deleted"),
        (of_card("moveCardFromBoard"), "moved"),
        (of_card("updateCard", old={"name": "before"}), "other"),
        (of_card("addLabelToCard"), "other"),
        (of_card("somethingNew"), "other"),
    ],
)
def test_each_kind_of_change_is_known(action: dict[str, Any], kind: str) -> None:
    assert [change.kind for change in changed(action)] == [kind]


def test_a_list_of_somebody_elses_is_no_stage_of_ours() -> None:
    (change,) = changed(of_card("updateCard", listAfter={"id": "l9", "name": "Ideas"}))
    assert change.stage is None


def test_a_list_that_was_renamed_is_known_by_its_id() -> None:
    body = json.dumps({"action": of_card("updateCard", listAfter={"id": "l5", "name": "Shipped"})}).encode()
    (change,) = parse(hook(body), Known(stages={"l5": Stage.DONE, "done": Stage.DONE}))
    assert change.stage is Stage.DONE


def test_our_own_doing_is_no_news_but_that_of_the_tokens_owner_is() -> None:
    ours = of_card("commentCard", text="told") | {"idMemberCreator": "m1", "appCreator": {"id": "p1"}}
    by_hand, by_another_app = ours | {"appCreator": None}, ours | {"idMemberCreator": "m2"}
    told = [
        len(parse(hook(json.dumps({"action": action}).encode()), Known(own="m1")))
        for action in (ours, by_hand, by_another_app)
    ]
    assert told == [0, 1, 1]


def test_what_is_not_about_a_card_is_nothing() -> None:
    assert (
        changed({"id": "a1", "type": "createList", "date": "2026-03-02T14:09:41Z", "data": {"list": {"id": "l1"}}})
        == ()
    )


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"{}", b'{"action": 3}', b"\xff\xfe", b"[" * 100_000])
def test_what_can_not_be_understood_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        parse(hook(body))


def test_a_change_without_id_or_date_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="id"):
        changed(of_card("commentCard") | {"id": ""})
    with pytest.raises(Unreadable, match="date"):
        changed(of_card("commentCard") | {"date": "yesterday"})


def test_a_date_before_all_dates_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="date"):
        changed(of_card("commentCard") | {"date": "0001-01-01T00:00:00+14:00"})


def test_half_a_character_does_not_stop_a_comment() -> None:
    (change,) = changed(of_card("commentCard", text="so\ud83d"))
    assert change.text == "so?"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
PARTS = st.dictionaries(st.sampled_from(["id", "name", "closed", "username"]), JSON) | JSON
DATA = st.dictionaries(st.sampled_from(["card", "list", "listAfter", "old", "text"]), PARTS) | JSON
ACTIONS = st.fixed_dictionaries(
    {},
    optional={
        "id": st.text() | JSON,
        "type": st.sampled_from(["updateCard", "commentCard", "deleteCard"]) | JSON,
        "date": st.datetimes().map(lambda at: at.isoformat()) | JSON,
        "data": DATA,
        "memberCreator": PARTS,
    },
)


DELIVERIES = st.binary() | (ACTIONS.map(lambda action: {"action": action}) | JSON).map(
    lambda value: json.dumps(value).encode()
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(body=DELIVERIES)
def test_whatever_arrives_is_a_change_or_nothing_or_unreadable(body: bytes) -> None:
    with contextlib.suppress(Unreadable):
        for change in parse(hook(body)):
            assert change.event
            assert change.card
            assert BoardChange.model_validate_json(change.model_dump_json()) == change


def test_trellos_own_signature_is_taken() -> None:
    verify(signed(b'{"action":{}}'), SECRET)


@pytest.mark.parametrize(
    "forged",
    [
        hook(b"{}"),
        hook(b"{}", **{"x-trello-webhook": "é"}),
        signed(b"{}", secret="another"),
        signed(b"{}", url="https://makegood.example.com/hooks/trello/other"),
        signed(b"{}").model_copy(update={"body": b"{ }"}),
    ],
)
def test_a_forged_delivery_is_turned_away(forged: Hook) -> None:
    with pytest.raises(Unauthorised):
        verify(forged, SECRET)


def test_without_a_secret_the_address_alone_has_to_do() -> None:
    verify(hook(b"{}"), None)
