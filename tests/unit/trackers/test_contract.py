"""What holds for every tracker, whichever file it is."""

import json
from pathlib import Path

import pytest

from bot.adapters.ports import Hook, TrackerAdapter, unsigned
from bot.adapters.registry import TRACKERS
from bot.bug.errors import NotFound, Unauthorised, Unreadable
from bot.bug.values import Alert
from tests.support import recorded
from tests.unit.trackers.deliveries import NOON, alerts, beside, hook, load, names, options

EVERY = [pytest.param(module, id=module.name) for module in TRACKERS.every()]
SIGNED = [pytest.param(module, id=module.name) for module in TRACKERS.every() if module.verify is not unsigned]
PROOFS = [
    pytest.param(module, proof, id=f"{module.name}-{number}")
    for module in TRACKERS.every()
    if module.verify is not unsigned
    for number, proof in enumerate(beside(f"proofs/{module.name}.json"))
]
DELIVERIES = [
    pytest.param(module, name, id=f"{module.name}/{name}") for module in TRACKERS.every() for name in names(module.name)
]
RECORDED = [
    pytest.param(module, path, id=f"{module.name}/{path.stem}")
    for module in TRACKERS.every()
    for path in recorded.deliveries("trackers", module.name)
]

NOT_OURS = {
    "an empty object": b"{}",
    "nothing": b"",
    "a word": b"hello",
    "half": b'{"a": ',
    "no text": b"\xff\xfe\x00\x01",
    "null": b"null",
    "a list": b"[]",
    "a list of lists": b"[[[]]]",
    "a number": b"7",
    "an endless number": b"9" * 10_000,
    "a text": b'"text"',
    "deep": b"[" * 200_000 + b"]" * 200_000,
    "deep inside": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "huge": b'{"a": "' + b"x" * 3_000_000 + b'"}',
}


def assert_fit_to_store(alert: Alert) -> None:
    text = alert.to_json()
    assert "\\u0000" not in text
    assert text.encode("utf-8")
    assert len(alert.title) <= 200
    assert alert.title
    assert alert.group
    assert len(alert.group) <= 200
    assert alert.occurrences >= 1
    assert len(alert.facts) <= 100
    assert all(len(value) <= 500 for value in alert.facts.values())
    assert len(alert.frames) <= 20
    assert not alert.url or alert.url.startswith(("https://", "http://"))


def test_each_tracker_has_a_folder_of_deliveries_and_each_folder_its_tracker() -> None:
    assert recorded.folders("trackers") == {module.name for module in TRACKERS.every()}


def test_a_misspelt_tracker_has_no_deliveries_and_says_so() -> None:
    with pytest.raises(FileNotFoundError, match=r"Add deliveries to .*bugsnagg"):
        names("bugsnagg")


@pytest.mark.parametrize("module", EVERY)
def test_a_tracker_is_found_by_its_name(module: TrackerAdapter) -> None:
    assert TRACKERS.find(module.name) is module
    assert recorded.orphans("trackers", module.name) == []


@pytest.mark.parametrize(("module", "delivery"), RECORDED)
def test_every_delivery_is_read_as_expected(module: TrackerAdapter, delivery: Path) -> None:
    found = module.parse(recorded.hook(delivery), options(module.name))
    assert recorded.told(found) == recorded.expected(delivery)
    for alert in found:
        assert alert.source == module.name
        assert_fit_to_store(alert)


@pytest.mark.parametrize(("module", "name"), DELIVERIES)
def test_the_same_delivery_reads_the_same_twice(module: TrackerAdapter, name: str) -> None:
    body = hook((recorded.FIXTURES / "trackers" / module.name / name).read_bytes())
    assert module.parse(body, options(module.name)) == module.parse(body, options(module.name))


@pytest.mark.parametrize("module", EVERY)
@pytest.mark.parametrize("body", NOT_OURS.values(), ids=NOT_OURS)
def test_what_is_no_delivery_is_refused_with_a_reason(module: TrackerAdapter, body: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        module.parse(hook(body), options(module.name))
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(("module", "name"), DELIVERIES)
def test_nul_and_half_characters_never_get_through(module: TrackerAdapter, name: str) -> None:
    sent = json.dumps(_dirty(load(f"{module.name}/{name}"))).encode()
    for alert in alerts(module, sent):
        assert_fit_to_store(alert)


@pytest.mark.parametrize(("module", "name"), DELIVERIES)
def test_endless_texts_are_cut(module: TrackerAdapter, name: str) -> None:
    sent = json.dumps(_dirty(load(f"{module.name}/{name}"), "e\u0301" * 1_200)).encode()
    for alert in alerts(module, sent):
        assert_fit_to_store(alert)


@pytest.mark.parametrize("module", EVERY)
@pytest.mark.parametrize(
    "url", ["", "https://[", "javascript:alert(1)", "https://example.com/errors/1", "\ud800", "https://" + "a/" * 5_000]
)
def test_an_address_of_something_else_is_no_link(module: TrackerAdapter, url: str) -> None:
    assert module.link(url) is None


@pytest.mark.parametrize(("module", "proof"), PROOFS)
def test_a_proof_opens_the_door_only_with_its_own_secret(module: TrackerAdapter, proof: dict[str, object]) -> None:
    delivery = Hook.model_validate(
        {**proof, "at": NOON, "body": str(proof["body"]).encode()} | {"secret": None}, extra="ignore"
    )
    module.verify(delivery, str(proof["secret"]))
    with pytest.raises(Unauthorised) as refused:
        module.verify(delivery, "another secret")
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(("module", "proof"), PROOFS)
def test_a_spoiled_proof_is_refused(module: TrackerAdapter, proof: dict[str, dict[str, str]]) -> None:
    for spoiled in ("", "x", "ä\ud800", "Bearer", "Basic !", "Basic " + "A" * 9):
        headers = dict.fromkeys(proof["headers"], spoiled)
        with pytest.raises(Unauthorised):
            module.verify(hook({"a": 1}, headers), str(proof["secret"]))


@pytest.mark.parametrize("module", SIGNED)
def test_a_delivery_without_any_proof_is_refused_where_a_secret_is_set(module: TrackerAdapter) -> None:
    with pytest.raises(Unauthorised):
        module.verify(hook({"a": 1}), "an-invented-secret")


@pytest.mark.parametrize("module", EVERY)
def test_without_a_secret_the_token_in_the_address_is_all_there_is(module: TrackerAdapter) -> None:
    module.verify(hook({"a": 1}), None)


def test_grafana_is_another_name_of_alertmanager() -> None:
    assert TRACKERS.find("grafana") is TRACKERS.find("alertmanager")
    assert "grafana" in TRACKERS.names()


def test_an_unknown_tracker_is_told_with_the_known_ones() -> None:
    with pytest.raises(NotFound, match=r"no tracker “bugzilla”.*alertmanager, bugsnag"):
        TRACKERS.find("bugzilla")


def _dirty(value: object, dirt: str = "\x00\ud83d\u202e") -> object:
    """The same with `dirt` at the end of every text but the words that steer."""
    if isinstance(value, dict):
        return {
            key: inner if key in {"type", "event", "event_name", "status"} else _dirty(inner, dirt)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_dirty(inner, dirt) for inner in value]
    return value + dirt if isinstance(value, str) else value
