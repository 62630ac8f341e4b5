"""What every customer channel owes us when something comes in, whatever comes in."""

import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.ports import Hook
from bot.adapters.registry import CHANNELS
from bot.bug.errors import NotFound, Unauthorised, UnknownKind, Unreadable
from bot.bug.values import Inbound
from tests.support import recorded
from tests.support.recorded import NOON

SAMPLES = [(source, path) for source in CHANNELS.names() for path in recorded.deliveries("channels", source)]
SIGNED = {
    "chatwoot": "x-chatwoot-signature",
    "crisp": "x-crisp-signature",
    "generic": "x-makegood-signature",
    "intercom": "x-hub-signature",
    "tawk": "x-tawk-signature",
}
every_source = pytest.mark.parametrize("source", CHANNELS.names())
every_sample = pytest.mark.parametrize(("source", "path"), SAMPLES, ids=lambda value: getattr(value, "stem", value))


def hook(body: bytes, **headers: str) -> Hook:
    return Hook(headers={name.replace("_", "-"): value for name, value in headers.items()}, body=body, at=NOON)


def parse(source: str, body: bytes) -> tuple[Inbound, ...]:
    return CHANNELS.find(source).parse(hook(body), {})


def assert_storable(found: tuple[Inbound, ...], source: str) -> None:
    assert isinstance(found, tuple)
    for inbound in found:
        assert inbound.source == source
        assert 0 < len(inbound.event) <= 500
        assert len(inbound.conversation) <= 500
        stored = inbound.to_json().encode()
        assert b"\\u0000" not in stored


def test_the_channels_of_the_design_are_all_there() -> None:
    assert {"chatwoot", "crisp", "email_postmark", "generic", "intercom", "mail", "tawk"} <= set(CHANNELS.names())


def test_an_address_may_write_a_source_with_a_dash() -> None:
    assert CHANNELS.find("email-postmark").name == "email_postmark"


@pytest.mark.parametrize("stranger", ["", "registry", "common", "../chatwoot", "bot"])
def test_a_source_that_is_no_channel_is_not_found(stranger: str) -> None:
    with pytest.raises(NotFound, match="There is no customer channel"):
        CHANNELS.find(stranger)


def test_each_channel_has_a_folder_of_deliveries_and_each_folder_its_channel() -> None:
    assert recorded.folders("channels") == set(CHANNELS.names())


@every_source
def test_a_channel_is_found_by_its_name(source: str) -> None:
    assert CHANNELS.find(source).name == source
    assert recorded.orphans("channels", source) == []


@every_sample
def test_every_sample_is_read_as_expected(source: str, path: Path) -> None:
    found = CHANNELS.find(source).parse(recorded.hook(path), recorded.options("channels", source))
    assert recorded.told(found) == recorded.expected(path)
    assert found
    assert_storable(found, source)


@every_sample
def test_the_same_delivery_again_has_the_same_keys(source: str, path: Path) -> None:
    first, again = parse(source, path.read_bytes()), parse(source, path.read_bytes())
    assert [inbound.event for inbound in first] == [inbound.event for inbound in again]
    assert len({inbound.event for inbound in first}) == len(first)


DEEP = b'{"a":' * 100_000
HOPELESS = [b"", b"null", b"[]", b"3", b'"x"', b"{", b"\xff\xfe", DEEP, b"[" * 100_000, b"{}", b"x" * 2_000_000]


@pytest.mark.parametrize("source", [each for each in CHANNELS.names() if each != "mail"])
@pytest.mark.parametrize("body", HOPELESS, ids=range(len(HOPELESS)))
def test_a_hopeless_body_is_unreadable_with_a_reason(source: str, body: bytes) -> None:
    with pytest.raises(Unreadable, match=r"\w+ .*\."):
        parse(source, body)


@pytest.mark.parametrize(("source", "header"), SIGNED.items())
def test_a_wrong_or_missing_signature_is_refused_once_a_secret_is_set(source: str, header: str) -> None:
    module = CHANNELS.find(source)
    for headers in ({}, {header: "sha256=" + "0" * 64}, {header: "ü"}, {header: ""}):
        with pytest.raises(Unauthorised, match="signature"):
            module.verify(Hook(headers=headers, body=b"{}", at=NOON), "the-secret")


@pytest.mark.parametrize("source", SIGNED)
def test_without_a_secret_the_token_in_the_address_is_all_there_is(source: str) -> None:
    module = CHANNELS.find(source)
    module.verify(hook(b"{}"), None)


def _hmac(message: bytes, digest: str = "sha256") -> str:
    return hmac.new(b"the-secret", message, getattr(hashlib, digest)).hexdigest()


STAMP = str(int(NOON.timestamp()))


def _right(source: str, body: bytes, stamp: str = STAMP) -> dict[str, str]:
    timed = "sha256=" + _hmac(f"{stamp}.".encode() + body)
    crisp = _hmac(b"[" + stamp.encode() + b";" + body + b"]")
    return {
        "chatwoot": {"x-chatwoot-signature": timed, "x-chatwoot-timestamp": stamp},
        "crisp": {"x-crisp-signature": crisp, "x-crisp-request-timestamp": stamp},
        "generic": {"x-makegood-signature": timed, "x-makegood-timestamp": stamp},
        "intercom": {"x-hub-signature": "sha1=" + _hmac(body, "sha1")},
        "tawk": {"x-tawk-signature": _hmac(body, "sha1")},
    }[source]


@pytest.mark.parametrize("source", SIGNED)
def test_the_right_signature_is_let_in_and_only_for_this_very_body(source: str) -> None:
    module, headers = CHANNELS.find(source), _right(source, b'{"a": 1}')
    module.verify(Hook(headers=headers, body=b'{"a": 1}', at=NOON), "the-secret")
    with pytest.raises(Unauthorised):
        module.verify(Hook(headers=headers, body=b'{"a": 2}', at=NOON), "the-secret")


@pytest.mark.parametrize("source", ["chatwoot", "generic"])
@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_recorded_delivery_played_back_later_is_refused(source: str, seconds: int) -> None:
    headers = _right(source, b"{}", str(int(NOON.timestamp()) + seconds))
    with pytest.raises(Unauthorised, match="5 minutes off"):
        CHANNELS.find(source).verify(Hook(headers=headers, body=b"{}", at=NOON), "the-secret")


JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["\ud800", "\0", "9" * 5000, ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def _places(value: object, way: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(place for step, each in inside for place in _places(each, (*way, step)))]


def _mutated(value: Any, way: tuple[str | int, ...], junk: Callable[[Any], Any]) -> Any:
    if not way:
        return junk(value)
    step, *rest = way
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    changed = _mutated(value[step], tuple(rest), junk)
    if changed is ...:
        del copy[step]
    else:
        copy[step] = changed
    return copy


CHANGES: st.SearchStrategy[Callable[[Any], Any]] = st.one_of(
    st.just(lambda _: ...),
    JUNK.map(lambda junk: lambda _: junk),
    st.just(lambda value: [value, value]),
    st.just(lambda value: {"id": value}),
    st.just(lambda value: f"{value}\0\ud83d<b>"),
)


def _dump(value: object) -> bytes:
    return json.dumps(value).encode()


@given(data=st.data())
@settings(max_examples=400, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_a_payload_changed_anywhere_is_read_or_refused_and_never_a_crash(data: st.DataObject) -> None:
    source, path = data.draw(st.sampled_from([each for each in SAMPLES if each[1].suffix == ".json"]))
    value = json.loads(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        way = data.draw(st.sampled_from(_places(value)))
        value = _mutated(value, way, data.draw(CHANGES))
        value = {} if value is ... else value
    try:
        assert_storable(parse(source, _dump(value)), source)
    except (Unreadable, UnknownKind) as refused:
        assert str(refused)  # noqa: PT017 - either outcome is right, a third is not


@given(data=st.data())
@settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_a_mail_damaged_anywhere_is_read_or_refused_and_never_a_crash(data: st.DataObject) -> None:
    _, path = data.draw(st.sampled_from([each for each in SAMPLES if each[0] == "mail"]))
    raw = path.read_bytes()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(raw)))
        end = data.draw(st.integers(start, min(len(raw), start + 40)))
        scrap = data.draw(
            st.binary(max_size=30) | st.sampled_from([b"=?utf-8?q?=FF?=", b"<", b"\r\n\r\n", b"@", b'"', b"("])
        )
        raw = raw[:start] + scrap + raw[end:]
    try:
        assert_storable(parse("mail", raw), "mail")
    except (Unreadable, UnknownKind) as refused:
        assert str(refused)  # noqa: PT017 - either outcome is right, a third is not
