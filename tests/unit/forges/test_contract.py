"""What GitHub and GitLab deliver, read and verified; their own published examples were the judges of these."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.adapters.forges import github, gitlab
from bot.adapters.ports import ForgeAdapter, Hook
from bot.adapters.registry import FORGES
from bot.bug.debt.pull import ChecksChange, PullChange
from bot.bug.errors import Unauthorised, UnknownKind, Unreadable
from tests.support import recorded

EVERY = [pytest.param(forge, id=forge.name) for forge in FORGES.every()]
DELIVERIES = [
    pytest.param(forge, path, id=f"{forge.name}-{path.stem}")
    for forge in FORGES.every()
    for path in recorded.deliveries("forges", forge.name)
]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SIGNING = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def hook(body: bytes | dict[str, Any], **headers: str) -> Hook:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Hook(headers={name.replace("_", "-"): value for name, value in headers.items()}, body=raw, at=NOON)


def told(name: str, forge: str = "github") -> dict[str, Any]:
    path = next(x for x in recorded.deliveries("forges", forge) if x.stem == name)
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def pull(body: dict[str, Any], **options: object) -> PullChange:
    (found,) = github.parse(hook(body), options)
    assert isinstance(found, PullChange)
    return found


def checks(body: dict[str, Any], parse: Any = github.parse) -> ChecksChange:
    (found,) = parse(hook(body), {})
    assert isinstance(found, ChecksChange)
    return found


def test_each_forge_has_a_folder_of_deliveries_and_each_folder_its_forge() -> None:
    assert recorded.folders("forges") == set(FORGES.names())
    assert [x for forge in FORGES.names() for x in recorded.orphans("forges", forge)] == []


@pytest.mark.parametrize(("forge", "path"), DELIVERIES)
def test_every_delivery_is_read_as_expected(forge: ForgeAdapter, path: Path) -> None:
    assert [x.model_dump(mode="json", exclude_defaults=True) for x in forge.parse(recorded.hook(path), {})] == (
        recorded.expected(path)
    )


@pytest.mark.parametrize(("kind", "outcome"), [("push", ()), ("workflow_run", ()), ("ping", ())])
def test_other_kinds_of_github_are_left_out_on_purpose(kind: str, outcome: tuple[()]) -> None:
    assert github.parse(hook(told("ping"), x_github_event=kind), {}) == outcome


def test_a_kind_that_nobody_foresaw_is_kept_for_people() -> None:
    with pytest.raises(UnknownKind, match="teleport"):
        github.parse(hook(told("ping"), x_github_event="teleport"), {})
    with pytest.raises(UnknownKind, match="teleport"):
        gitlab.parse(hook({"object_kind": "teleport", "project": {"id": 1}}), {})


@pytest.mark.parametrize("forge", EVERY)
@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"<xml/>", b"payload=", b"payload=%7B%7D", b'{"pull_request": 1}'])
def test_what_is_no_delivery_is_refused_with_a_reason(forge: ForgeAdapter, body: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        forge.parse(hook(body), {})
    assert str(refused.value)


def test_a_pull_request_without_a_number_is_refused() -> None:
    body = told("opened")
    body["pull_request"]["number"] = None
    with pytest.raises(Unreadable, match="number"):
        pull(body)
    merge = told("merge_request", "gitlab")
    merge["object_attributes"]["iid"] = 0
    with pytest.raises(Unreadable, match="iid"):
        gitlab.parse(hook(merge), {})


def test_githubs_form_is_read_like_its_json() -> None:
    form = hook(urlencode({"payload": json.dumps(told("opened"))}).encode(), x_github_delivery="d")
    assert github.parse(form, {}) == github.parse(hook(told("opened"), x_github_delivery="d"), {})


def test_the_same_delivery_has_the_same_key_and_another_one_another() -> None:
    first, again = (github.parse(hook(told("opened"), x_github_delivery="d1"), {})[0] for _ in range(2))
    other = github.parse(hook(told("opened"), x_github_delivery="d2"), {})[0]
    assert first.event == again.event == "github:d1" != other.event
    lab = gitlab.parse(hook(told("merged", "gitlab"), idempotency_key="k"), {})
    assert lab[0].event == "gitlab:k"


def test_people_use_what_is_in_the_branches_of_the_settings() -> None:
    assert pull(told("opened")).pull.counts
    assert not pull(told("opened"), branches=("release-3",)).pull.counts
    assert pull(told("fork"), branches=("release-3",)).pull.counts


@pytest.mark.parametrize(
    ("status", "conclusion", "state"),
    [
        ("queued", None, "running"),
        ("in_progress", None, "running"),
        ("completed", "success", "passed"),
        ("completed", "neutral", "passed"),
        ("completed", "skipped", "passed"),
        ("completed", "failure", "failed"),
        ("completed", "timed_out", "failed"),
        ("completed", "cancelled", "failed"),
        ("completed", "startup_failure", "failed"),
        ("completed", "action_required", "running"),
    ],
)
def test_a_run_passes_fails_or_is_not_over(status: str, conclusion: str | None, state: str) -> None:
    body = told("check_run")
    body["check_run"] |= {"status": status, "conclusion": conclusion}
    assert checks(body).checks[0].state == state


def test_a_run_without_a_name_is_known_by_its_number() -> None:
    body = told("check_run")
    body["check_run"]["name"] = ""
    assert checks(body).checks[0].name == "300:501"


def test_a_pipeline_that_names_no_job_is_one_check() -> None:
    body = told("pipeline", "gitlab") | {"builds": []}
    (check,) = checks(body, gitlab.parse).checks
    assert (check.name, check.state) == ("pipeline", "running")


def test_a_merge_request_of_a_system_hook_has_an_address() -> None:
    body = told("merged", "gitlab")
    del body["object_attributes"]["url"]
    (found,) = gitlab.parse(hook(body), {})
    assert isinstance(found, PullChange)
    assert found.pull.url == "https://gitlab.example.com/acme/shop/-/merge_requests/31"
    del body["project"]["web_url"]
    (bare,) = gitlab.parse(hook(body), {})
    assert isinstance(bare, PullChange)
    assert bare.pull.url == ""


def test_system_hooks_about_people_are_left_out() -> None:
    assert gitlab.parse(hook({"event_name": "user_add_to_team", "user_name": "Ada"}), {}) == ()


def test_githubs_signature_is_that_of_the_body() -> None:
    body, secret = b'{"a":1}', "an-invented-secret"
    good = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    github.verify(hook(body, x_hub_signature_256=good), secret)
    for given in ("", "sha256=", "sha1=" + good[7:], good[:-1] + "0", "ä\ud800"):
        with pytest.raises(Unauthorised):
            github.verify(hook(body, x_hub_signature_256=given), secret)
    with pytest.raises(Unauthorised):
        github.verify(hook(b'{"a":2}', x_hub_signature_256=good), secret)
    github.verify(hook(body), None)


def test_githubs_own_example_of_a_signature() -> None:
    """From its documentation of how to validate deliveries."""
    expected = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    github.verify(hook(b"Hello, World!", x_hub_signature_256=expected), "It's a Secret to Everybody")


def test_gitlabs_secret_token_is_compared() -> None:
    gitlab.verify(hook(b"{}", x_gitlab_token="long"), "long")
    gitlab.verify(hook(b"{}"), None)
    for headers in ({}, {"x_gitlab_token": "short"}):
        with pytest.raises(Unauthorised, match="X-Gitlab-Token"):
            gitlab.verify(hook(b"{}", **headers), "long")


def signed(body: bytes, at: datetime = NOON, key: bytes = bytes(range(32)), id_: str = "m1") -> dict[str, str]:
    """By the words of the scheme, without its library."""
    stamp = str(int(at.timestamp()))
    digest = hmac.new(key, f"{id_}.{stamp}.".encode() + body, hashlib.sha256).digest()
    signature = "v1," + base64.b64encode(digest).decode()
    return {"webhook_id": id_, "webhook_timestamp": stamp, "webhook_signature": signature}


def test_gitlabs_signing_token_binds_id_time_and_body() -> None:
    good = signed(b"{}")
    gitlab.verify(hook(b"{}", **good), SIGNING)
    gitlab.verify(hook(b"{}", **{**good, "webhook_signature": f"v1,AAAA {good['webhook_signature']}"}), SIGNING)
    spoiled: list[tuple[bytes, dict[str, str]]] = [
        (b"{ }", good),
        (b"{}", {**good, "webhook_id": "m2"}),
        (b"{}", {**good, "webhook_signature": ""}),
        (b"{}", {**good, "webhook_timestamp": ""}),
        (b"{}", {**good, "webhook_timestamp": "x"}),
        (b"{}", signed(b"{}", NOON - timedelta(minutes=6))),
        (b"{}", signed(b"{}", key=bytes(32))),
        (b"{}", {"x_gitlab_token": SIGNING}),
    ]
    for body, headers in spoiled:
        with pytest.raises(Unauthorised):
            gitlab.verify(hook(body, **headers), SIGNING)
