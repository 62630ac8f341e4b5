"""What is stored of an entry: the same text for ever, personal data apart from the rest, and still readable without it."""

import json
from datetime import UTC, datetime

import pytest

from bot.bug import workspace
from bot.bug.bug import Bug
from bot.bug.course.conversation import Said
from bot.bug.course.ownership import HandedOver, Released
from bot.bug.event import Event, follow
from bot.bug.lifecycle import KINDS
from bot.bug.telling.messages import Answered
from bot.bug.values import PRIVATE, Actor, ActorKind, BugRef
from bot.bug.workspace import ProductionFrozen
from bot.ledger import codec
from bot.ledger.codec import Stored, Upcaster
from tests.golden import goldens

AT = datetime(2025, 11, 24, 14, 0, tzinfo=UTC)
EVERY_KIND = pytest.mark.parametrize("kind", sorted(KINDS))


def private_fields(kind: type[Event]) -> set[str]:
    return {name for name, field in kind.model_fields.items() if PRIVATE in field.metadata}


def test_every_kind_has_a_stored_entry_and_every_stored_entry_a_kind() -> None:
    assert goldens.kinds() == sorted(KINDS)


@EVERY_KIND
def test_what_was_stored_once_loads_and_is_written_the_same_again(kind: str) -> None:
    public, private = goldens.stored(kind)
    again, hidden = codec.dump(codec.load(kind, public, private))
    assert (again, hidden and json.loads(hidden)) == (public, private and json.loads(private))


@EVERY_KIND
def test_a_stored_entry_leaves_no_field_at_its_default(kind: str) -> None:
    public, private = goldens.stored(kind)
    assert set(json.loads(public)) | set(json.loads(private or "{}")) == set(KINDS[kind].model_fields)


@EVERY_KIND
def test_personal_data_is_in_the_private_row_only(kind: str) -> None:
    public, private = goldens.stored(kind)
    assert set(json.loads(private or "{}")) == private_fields(KINDS[kind])
    assert not set(json.loads(public)) & private_fields(KINDS[kind])


@EVERY_KIND
def test_an_entry_is_still_read_when_its_private_row_is_deleted(kind: str) -> None:
    public, private = goldens.stored(kind)
    left = codec.dump(codec.load(kind, public, None))
    assert left[0] == public
    assert left[1] is None or left[1] != private


def test_a_text_that_was_required_says_that_it_was_deleted() -> None:
    said = codec.load("said", *_public_of(Said(user="U0ANNA", ts="1.1", text="the customer is Ada")))
    assert isinstance(said, Said)
    assert said.text == codec.GONE


def _public_of(event: Event) -> tuple[str, None]:
    return codec.dump(event)[0], None


def test_a_field_that_says_nothing_is_not_stored() -> None:
    assert codec.dump(Released()) == ("{}", None)
    assert codec.dump(Answered(customers=("c1",), text="we look")) == ('{"customers":["c1"]}', '{"text":"we look"}')


def test_letters_are_stored_as_they_are_and_keys_in_order() -> None:
    assert codec.canonical({"b": "Zoë", "a": 1}) == '{"a":1,"b":"Zoë"}'


def test_a_bug_comes_back_as_it_was_stored() -> None:
    bug = Bug(ref=BugRef(team="T1", number=17))
    for kind in sorted(KINDS):
        bug = follow(bug, goldens.event(kind), AT, Actor(kind=ActorKind.PERSON, id="U0ANNA"))
    assert codec.load_bug(codec.dump_bug(bug)) == bug


@pytest.mark.parametrize("id_", ["U0ANNA", "anna:with:colons", ""])
@pytest.mark.parametrize("kind", list(ActorKind))
def test_an_actor_comes_back_as_it_was_stored(kind: ActorKind, id_: str) -> None:
    actor = Actor(kind=kind, id=id_)
    assert codec.load_actor(codec.dump_actor(actor)) == actor


def test_a_kind_of_a_later_version_is_not_guessed() -> None:
    with pytest.raises(KeyError):
        codec.load("from the future", "{}", None)


def hands_over(old: Stored) -> Stored:
    """A kind whose field was renamed, and whose text became optional."""
    return {"owner": old["to"]}


@pytest.fixture
def upcasters(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after two changes of a kind: "passed_on" became "given_to", and that became "handed_over"."""
    monkeypatch.setitem(codec.UPCASTERS, "passed_on", Upcaster("given_to", lambda old: {"to": old["whom"]}))
    monkeypatch.setitem(codec.UPCASTERS, "given_to", Upcaster("handed_over", hands_over))
    monkeypatch.setitem(codec.UPCASTERS, "wrote", Upcaster("said", lambda old: {**old, "ts": "1.1"}))
    monkeypatch.setitem(codec.UPCASTERS, "frozen", Upcaster("production_frozen", lambda old: {"why": old["text"]}))


@pytest.mark.usefixtures("upcasters")
def test_a_kind_that_changed_is_read_through_its_upcasters() -> None:
    assert codec.load("passed_on", '{"whom":"U0ANNA"}', None) == HandedOver(owner="U0ANNA")
    assert codec.load("given_to", '{"to":"U0ANNA"}', None) == HandedOver(owner="U0ANNA")
    assert codec.load_of_workspace("frozen", "{}", '{"text":"deploy"}') == ProductionFrozen(why="deploy")


@pytest.mark.usefixtures("upcasters")
def test_an_upcaster_works_also_where_the_private_row_was_deleted() -> None:
    assert codec.load("wrote", '{"user":"U0ANNA"}', '{"text":"hello"}') == Said(user="U0ANNA", ts="1.1", text="hello")
    assert codec.load("wrote", '{"user":"U0ANNA"}', None) == Said(user="U0ANNA", ts="1.1", text=codec.GONE)


@pytest.mark.usefixtures("upcasters")
def test_an_old_name_is_known_and_is_todays_kind() -> None:
    assert codec.read("passed_on", '{"whom":"U0ANNA"}', None) == HandedOver(owner="U0ANNA")
    assert codec.read("frozen", "{}", '{"text":"deploy"}') is None
    assert codec.read_of_workspace("frozen", "{}", '{"text":"deploy"}') == ProductionFrozen(why="deploy")
    assert codec.present_kind("passed_on") == "handed_over"


@pytest.mark.parametrize(
    ("kind", "public"),
    [
        ("from the future", "{}"),
        ("handed_over", '{"owner":"U0ANNA","because":"a newer field"}'),
        ("fixed", '{"how":"a newer way"}'),
        ("handed_over", '{"renamed":"U0ANNA"}'),
    ],
    ids=["a kind", "a field", "a value", "a field in place of another"],
)
def test_what_a_newer_version_stored_is_not_guessed(kind: str, public: str) -> None:
    assert codec.read(kind, public, None) is None


def test_a_text_that_is_no_json_is_damaged_and_not_newer() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        codec.read("handed_over", "{", None)


def test_what_a_newer_version_stored_of_the_workspace_is_not_guessed() -> None:
    assert codec.read_of_workspace("from the future", "{}", None) is None
    assert codec.read_of_workspace("action_allowed", '{"action":"a","sha":"1","until":"2030"}', None) is None


def test_no_upcaster_has_the_name_of_a_kind_that_is_written() -> None:
    assert not codec.UPCASTERS.keys() & {*KINDS, *workspace.KINDS}
    assert {codec.present_kind(kind) for kind in codec.UPCASTERS} <= {*KINDS, *workspace.KINDS}
