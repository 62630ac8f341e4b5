"""What holds for every tracker, whichever file it is."""

import json
from pathlib import Path

import pytest

from bot.adapters.ports import Hook, TrackerModule, unsigned
from bot.adapters.trackers import find, modules, sources
from bot.bug.errors import NotFound, Unauthorised, Unreadable
from bot.bug.values import Alert
from tests.unit.trackers.deliveries import FIXTURES, NOON, alerts, hook, load, names, options

EVERY = [pytest.param(module, id=module.SOURCE) for module in modules()]
SIGNED = [pytest.param(module, id=module.SOURCE) for module in modules() if module.verify is not unsigned]
PROOFS = [
    pytest.param(module, proof, id=f"{module.SOURCE}-{number}")
    for module in modules()
    if module.verify is not unsigned
    for number, proof in enumerate(load(f"proofs/{module.SOURCE}.json"))
]
DELIVERIES = [
    pytest.param(module, name, id=f"{module.SOURCE}/{name}") for module in modules() for name in names(module.SOURCE)
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
    text = alert.model_dump_json()
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


@pytest.mark.parametrize("module", EVERY)
def test_a_tracker_is_found_by_the_name_of_its_file(module: TrackerModule) -> None:
    assert find(module.SOURCE) is module
    assert Path(str(vars(module)["__file__"])).stem == module.SOURCE


@pytest.mark.parametrize("module", EVERY)
def test_a_tracker_comes_with_deliveries_to_be_tested_on(module: TrackerModule) -> None:
    assert names(module.SOURCE), f"add deliveries to {FIXTURES / module.SOURCE}"


@pytest.mark.parametrize(("module", "name"), DELIVERIES)
def test_every_delivery_is_understood(module: TrackerModule, name: str) -> None:
    body = (FIXTURES / module.SOURCE / name).read_bytes()
    for alert in module.parse(hook(body), options(module.SOURCE)):
        assert alert.source == module.SOURCE
        assert_fit_to_store(alert)


@pytest.mark.parametrize(("module", "name"), DELIVERIES)
def test_the_same_delivery_reads_the_same_twice(module: TrackerModule, name: str) -> None:
    body = hook((FIXTURES / module.SOURCE / name).read_bytes())
    assert module.parse(body, options(module.SOURCE)) == module.parse(body, options(module.SOURCE))


@pytest.mark.parametrize("module", EVERY)
@pytest.mark.parametrize("body", NOT_OURS.values(), ids=NOT_OURS)
def test_what_is_no_delivery_is_refused_with_a_reason(module: TrackerModule, body: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        module.parse(hook(body), options(module.SOURCE))
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(("module", "name"), DELIVERIES)
def test_nul_and_half_characters_never_get_through(module: TrackerModule, name: str) -> None:
    sent = json.dumps(_dirty(load(f"{module.SOURCE}/{name}"))).encode()
    for alert in alerts(module, sent):
        assert_fit_to_store(alert)


@pytest.mark.parametrize(("module", "name"), DELIVERIES)
def test_endless_texts_are_cut(module: TrackerModule, name: str) -> None:
    sent = json.dumps(_dirty(load(f"{module.SOURCE}/{name}"), "e\u0301" * 1_200)).encode()
    for alert in alerts(module, sent):
        assert_fit_to_store(alert)


@pytest.mark.parametrize("module", EVERY)
@pytest.mark.parametrize(
    "url", ["", "https://[", "javascript:alert(1)", "https://example.com/errors/1", "\ud800", "https://" + "a/" * 5_000]
)
def test_an_address_of_something_else_is_no_link(module: TrackerModule, url: str) -> None:
    assert module.link(url) is None


@pytest.mark.parametrize(("module", "proof"), PROOFS)
def test_a_proof_opens_the_door_only_with_its_own_secret(module: TrackerModule, proof: dict[str, object]) -> None:
    delivery = Hook.model_validate(
        {**proof, "at": NOON, "body": str(proof["body"]).encode()} | {"secret": None}, extra="ignore"
    )
    module.verify(delivery, str(proof["secret"]))
    with pytest.raises(Unauthorised) as refused:
        module.verify(delivery, "another secret")
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(("module", "proof"), PROOFS)
def test_a_spoiled_proof_is_refused(module: TrackerModule, proof: dict[str, dict[str, str]]) -> None:
    for spoiled in ("", "x", "ä\ud800", "Bearer", "Basic !", "Basic " + "A" * 9):
        headers = dict.fromkeys(proof["headers"], spoiled)
        with pytest.raises(Unauthorised):
            module.verify(hook({"a": 1}, headers), str(proof["secret"]))


@pytest.mark.parametrize("module", SIGNED)
def test_a_delivery_without_any_proof_is_refused_where_a_secret_is_set(module: TrackerModule) -> None:
    with pytest.raises(Unauthorised):
        module.verify(hook({"a": 1}), "an-invented-secret")


@pytest.mark.parametrize("module", EVERY)
def test_without_a_secret_the_token_in_the_address_is_all_there_is(module: TrackerModule) -> None:
    module.verify(hook({"a": 1}), None)


def test_grafana_is_another_name_of_alertmanager() -> None:
    assert find("grafana") is find("alertmanager")
    assert "grafana" in sources()


def test_an_unknown_tracker_is_told_with_the_known_ones() -> None:
    with pytest.raises(NotFound, match=r"no tracker “bugzilla”.*alertmanager, bugsnag"):
        find("bugzilla")


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
