"""A pull request that names a bug, from GitHub's and GitLab's webhook to the card; forged, repeated, merged, taken back."""

import copy
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from tests.slack.house import HOOK, House
from tests.support import recorded

SECRET = "what GitHub signs with"
FORGES = {"hooks": {name: {"token": HOOK} for name in ("bugsnag", "gitlab")}}
FORGES["hooks"]["github"] = {"token": HOOK, "secret": SECRET}
pytestmark = pytest.mark.parametrize("given", [FORGES])


def told(name: str, forge: str = "github") -> dict[str, Any]:
    path = next(x for x in recorded.deliveries("forges", forge) if x.stem == name)
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    if found.get("pull_request", {}).get("merged_at"):
        found["pull_request"]["merged_at"] = datetime.now(UTC).isoformat()  # the bug came before
    return found


async def github(house: House, kind: str, body: dict[str, Any], delivery: str, secret: str = SECRET) -> tuple[int, str]:
    raw = json.dumps(body).encode()
    signed = "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    headers = {"X-GitHub-Event": kind, "X-GitHub-Delivery": delivery, "X-Hub-Signature-256": signed}
    async with aiohttp.ClientSession() as http:
        url = f"{house.url}/hooks/github/{HOOK}"
        async with http.post(url, data=raw, headers={**headers, "Content-Type": "application/json"}) as answer:
            return answer.status, await answer.text()


def conflicting() -> dict[str, Any]:
    body = copy.deepcopy(told("opened"))
    body["action"] = "synchronize"
    body["pull_request"] |= {"mergeable": False, "mergeable_state": "dirty", "updated_at": "2026-11-24T09:20:00Z"}
    return body


def run(name: str, status: str, conclusion: str | None, minute: int) -> dict[str, Any]:
    body = copy.deepcopy(told("check_run"))
    at = f"2026-11-24T09:{minute}:00Z"
    body["check_run"] |= {
        "name": name,
        "status": status,
        "conclusion": conclusion,
        "started_at": at,
        "completed_at": at if conclusion else None,
    }
    return body


async def test_a_merged_pull_request_pays_the_debt(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    await card.button("Claim").click(by=dana)
    assert await github(house, "pull_request", told("opened"), "d1") == (200, "ok\n")
    await card.thread.expect("“Keep the index of a menu whole” by ada-codes is the proper fix of BUG-1")
    await card.expect_text("PR 212>: open, no checks yet")
    await card.choose("It works", by=dana)
    await card.expect_text("owed: proper fix")
    await github(house, "check_run", run("tests", "in_progress", None, 13), "d2")
    await github(house, "pull_request", conflicting(), "d3")
    await card.expect_text("PR 212>: tests run, conflict with main")
    await github(house, "check_run", run("tests", "completed", "failure", 19), "d4")
    await card.thread.expect("PR 212: 1 of 1 check failed (tests)")
    await card.expect_text("PR 212>: 1 of 1 check failed, conflict with main")
    for delivery in ("d5", "d5", "d6"):
        assert (await github(house, "pull_request", told("merged"), delivery))[0] == 200
    await card.thread.expect("ben-codes merged PR 212")
    await card.expect_text("⚪ *BUG-1")
    await house.quiet()
    assert (await house.kinds()).count("paid") == 1
    await github(house, "pull_request", told("revert"), "d7")
    await card.thread.expect("<@U0DEV> owes the proper fix again")
    await card.expect_text("PR 212>: merged, then taken back")


async def test_a_forged_delivery_is_turned_away(house: House) -> None:
    card = await house.alarm()
    status, said = await github(house, "pull_request", told("merged"), "d1", secret="another")
    assert (status, "x-hub-signature-256" in said) == (401, True)
    await house.quiet()
    assert (await house.bug()).pulls == ()
    assert not any("PR 212" in text for text in card.texts)


async def test_what_is_not_about_pull_requests_is_left_out_and_what_nobody_knows_is_kept(house: House) -> None:
    assert "on purpose" in (await github(house, "ping", told("ping"), "d1"))[1]
    assert "Kept, but not understood" in (await github(house, "teleport", told("ping"), "d2"))[1]


async def test_a_merge_request_of_gitlab_shows_its_jobs(house: House) -> None:
    card = await house.alarm()
    for name in ("merge_request", "pipeline"):
        assert await house.hook("gitlab", told(name, "gitlab")) == 200
    await card.expect_text("MR 31>: tests run, conflict with main")
