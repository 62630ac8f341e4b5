"""An endpoint of a named target is called once; what comes back, or does not, is said as it is."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr, ValidationError

from bot.bug.errors import Invalid, Misconfigured, Refused
from bot.production.action import HttpAction, Request, Risk, RunOutcome, RunRef
from bot.production.elapsed import Instant
from bot.production.http.follow import Trace, now
from bot.production.http.runtime import STILL_AT_WORK
from bot.production.redaction import Redactor
from tests.parts.production_http.conftest import RUN, TOKEN, Ear, Place, connected, target_at


class Recount(HttpAction):
    """Counts anew."""

    risk = Risk.LOW
    slug = "recount"
    account: str
    token: SecretStr | None = None

    def request(self) -> Request:
        token = self.token.get_secret_value() if self.token else ""
        return Request(
            path="/accounts/{account}/recount",
            segments={"account": self.account},
            json_body={"full": True, "key": token},
        )

    def undo_request(self) -> Request:
        return Request(method="DELETE", path="/accounts/{account}/recount", segments={"account": self.account})


class Counted(Recount):
    """With a check of its own; whether it can be asked about its undo, a story says."""

    def check_request(self) -> Request:
        return Request(method="GET", path="/accounts/{account}/counted", segments={"account": self.account})


class Revocable(Counted):
    """With a check of its undo, too."""

    def undo_check_request(self) -> Request | None:
        return Request(method="GET", path="/accounts/{account}/forgotten", segments={"account": self.account})


class Link(HttpAction):
    """A one-time link."""

    risk = Risk.LOW
    slug = "link"
    private_answer = True

    def request(self) -> Request:
        return Request(path="/login-links")


async def test_the_preview_shows_the_exact_request_and_calls_nothing(place: Place) -> None:
    preview = await place.runtime.preview(Recount(account="a b/c", token=SecretStr("s3cr3t-of-today")), RUN)
    assert preview.text.startswith(f"POST {place.service.base_url}/accounts/a%20b%2Fc/recount\n")
    assert "s3cr3t-of-today" not in preview.to_json()
    assert preview.undo_note == f"Undone by: DELETE {place.service.base_url}/accounts/a%20b%2Fc/recount"
    assert place.service.calls == []


async def test_a_call_that_is_answered_well_has_succeeded(place: Place, ear: Ear) -> None:
    outcome = await place.run(Recount(account="7"), ear)
    assert (outcome.state, outcome.summary, outcome.detail) == ("succeeded", "app answered 200.", "ok: True")
    method, path, headers, body = place.service.seen[0]
    assert (method, path, body) == ("POST", "/accounts/7/recount", {"full": True, "key": ""})
    assert headers["Authorization"] == f"Bearer {TOKEN}"


async def test_a_run_leaves_a_trace_before_anything_is_sent(place: Place) -> None:
    class Forgetful(Ear):
        async def keep(self, image: bytes) -> None:
            raise ConnectionError("the trail can't be written")

    with pytest.raises(ConnectionError):
        await place.run(Recount(account="7"), Forgetful())
    assert place.service.calls == []


async def test_what_was_settled_meanwhile_is_never_sent(place: Place) -> None:
    class Settled(Ear):
        async def begin(self, image: bytes) -> None:
            raise Refused("It had stood still.")

    outcome = await place.run(Recount(account="7"), Settled())
    assert (outcome.state, outcome.summary) == ("lapsed", "It had stood still. Nothing was sent.")
    assert not [call for call in place.service.calls if call.startswith("POST")]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
async def test_a_refusal_means_that_nothing_was_done(place: Place, ear: Ear, status: int) -> None:
    place.service.answers_with(status, body={"message": f"no, {TOKEN} may not"})
    outcome = await place.run(Recount(account="7"), ear)
    assert outcome.state == "failed"
    assert f"answered {status}" in outcome.summary
    assert outcome.summary.endswith("Nothing was done.")
    assert TOKEN not in outcome.summary


async def test_an_error_after_the_call_arrived_is_unknown_and_the_call_is_not_repeated(place: Place, ear: Ear) -> None:
    place.service.answers_with(500)
    outcome = await place.run(Recount(account="7"), ear)
    assert outcome.state == "unknown"
    assert "It may have happened there." in outcome.summary
    assert place.service.calls == ["POST /accounts/7/recount"]


async def test_a_connection_cut_after_the_call_was_sent_is_unknown(place: Place, ear: Ear) -> None:
    place.service.cuts()
    outcome = await place.run(Recount(account="7"), ear)
    assert outcome.state == "unknown"
    assert "the connection was lost" in outcome.summary
    assert len(place.service.calls) == 1


async def test_a_service_that_is_away_got_nothing(place: Place, ear: Ear) -> None:
    await place.service.stop()
    outcome = await place.run(Recount(account="7"), ear)
    assert outcome.state == "failed"
    assert outcome.summary.endswith("Nothing was sent.")


async def test_a_key_that_the_service_honours_makes_a_cut_call_repeatable(place: Place, ear: Ear) -> None:
    keyed = Place(service=place.service, target=target_at(place.service.base_url, idempotency_header="Idempotency-Key"))
    place.service.cuts()
    assert (await keyed.run(Recount(account="7"), ear)).state == "succeeded"
    first, second = (headers["Idempotency-Key"] for _, _, headers, _ in place.service.seen)
    assert first == second
    assert first.startswith("makegood-BUG-17-3-")


async def test_a_refusal_of_the_repetition_says_nothing_about_the_first_call(place: Place, ear: Ear) -> None:
    keyed = Place(service=place.service, target=target_at(place.service.base_url, idempotency_header="Idempotency-Key"))
    place.service.cuts()
    place.service.answers_with(409)
    assert (await keyed.run(Recount(account="7"), ear)).state == "unknown"


async def cut_off(place: Place, ear: Ear, before: int) -> RunOutcome:
    """A call whose answer is lost, after the check said so before it."""
    place.service.answers_with(before, 500)
    return await place.run(Counted(account="7"), ear)


async def looked(
    place: Place, image: bytes | None, *, undoing: bool = False, action: HttpAction | None = None
) -> RunOutcome:
    action = action or Counted(account="7")
    preview = await place.runtime.preview(action, RUN)
    return await place.runtime.investigate(action, preview, image, RUN, Ear(), undoing=undoing)


async def test_the_check_tells_what_an_unknown_call_did(place: Place, ear: Ear) -> None:
    cut = await cut_off(place, ear, before=404)
    assert cut.summary.endswith("Its own check can tell.")
    place.service.answers_with(200, 404)
    seen = [await looked(place, cut.image) for _ in range(2)]
    assert [one.state for one in seen] == ["succeeded", "unknown"]
    assert "may still be at work: look again in a while" in seen[1].summary
    place.service.answers_with(404)
    at_last = await looked(place, long_ago(Instant.now()))
    assert (at_last.state, "The check does not pass" in at_last.summary) == ("failed", True)
    await place.service.stop()
    assert (await looked(place, cut.image)).state == "unknown"


def long_ago(by: Instant) -> bytes:
    """Asked so long ago by the clock on the wall, and by the other one so much before `by`."""
    span = STILL_AT_WORK + timedelta(seconds=1)
    since = by.model_copy(update={"ticks": by.ticks - span.total_seconds()})
    return Trace(sent=now() - span, since=since, before="not passed").image()


@pytest.mark.parametrize("before", [200, 500])
@pytest.mark.parametrize("now_", [200, 404])
async def test_a_look_concludes_nothing_from_what_was_so_before_or_nobody_knows(
    place: Place, ear: Ear, before: int, now_: int
) -> None:
    cut = await cut_off(place, ear, before)
    place.service.answers_with(now_)
    assert (await looked(place, cut.image)).state == "unknown"


async def test_a_clock_that_jumps_makes_no_failure_of_what_is_under_way(place: Place, ear: Ear) -> None:
    just_now = Trace(sent=now() - timedelta(days=1), since=Instant.now(), before="not passed").image()
    elsewhere = long_ago(Instant(boot="another machine", ticks=10**9))
    place.service.answers_with(404, 404)
    assert [(await looked(place, image)).state for image in (just_now, elsewhere)] == ["unknown", "unknown"]


async def test_what_was_cut_off_before_anything_was_sent_did_not_happen_whatever_is_there(place: Place) -> None:
    assert (await looked(place, None)).state == "failed"
    assert place.service.calls == []


async def test_a_cut_off_undo_is_not_done_because_the_action_was(place: Place, ear: Ear) -> None:
    undo = await undone(place, Counted(account="7"), ear, 500)
    place.service.answers_with(200)
    seen = await looked(place, undo.image, undoing=True)
    assert (undo.state, seen.state) == ("unknown", "unknown")
    assert "The undo of recount has no check of its own" in seen.summary
    assert "GET /accounts/7/counted" not in place.service.calls


@pytest.mark.parametrize(("status", "state"), [(200, "succeeded"), (404, "unknown")])
async def test_an_undo_is_asked_about_by_its_own_check(place: Place, ear: Ear, status: int, state: str) -> None:
    undo = await undone(place, Revocable(account="7"), ear, 404, 500)
    place.service.answers_with(status)
    seen = await looked(place, undo.image, undoing=True, action=Revocable(account="7"))
    assert (undo.state, seen.state) == ("unknown", state)
    assert place.service.calls[-1] == "GET /accounts/7/forgotten"


async def undone(place: Place, action: HttpAction, ear: Ear, *statuses: int) -> RunOutcome:
    place.service.answers_with(*statuses)
    preview = await place.runtime.undo_preview(action, None, RUN)
    return await place.runtime.undo(action, None, preview, RUN, ear)


async def test_what_has_no_check_asks_a_person(place: Place) -> None:
    seen = await looked(place, Trace(sent=now()).image(), action=Link())
    assert (seen.state, "say what you see" in seen.summary) == ("unknown", True)


async def test_what_was_approved_for_other_words_or_another_place_is_not_sent(place: Place, ear: Ear) -> None:
    preview = await place.runtime.preview(Recount(account="7"), RUN)
    assert (await place.runtime.run(Recount(account="8"), preview, RUN, ear)).state == "lapsed"
    moved = connected(target_at("http://127.0.0.1:9/other"), Redactor())
    assert (await moved.run(Recount(account="7"), preview, RUN, ear)).state == "lapsed"
    late = RunRef(bug="BUG-17", run=3, salt="pepper", deadline=datetime.now(UTC) - timedelta(seconds=1))
    assert (await place.run(Recount(account="7"), ear, late)).state == "lapsed"
    ear.cancelled.set()
    assert (await place.run(Recount(account="7"), ear)).state == "failed"
    assert place.service.calls == []


async def test_an_undo_is_previewed_and_called(place: Place, ear: Ear) -> None:
    done = await place.run(Recount(account="7"), ear)
    preview = await place.runtime.undo_preview(Recount(account="7"), done.image, RUN)
    assert preview.text == f"DELETE {place.service.base_url}/accounts/7/recount"
    assert (await place.runtime.undo(Recount(account="7"), done.image, preview, RUN, ear)).state == "succeeded"
    final = await place.runtime.preview(Link(), RUN)
    assert (final.undoable, final.undo_note, final.approvals) == (False, "Its action has no undo.", 1)
    with pytest.raises(Refused, match="cannot be undone"):
        await place.runtime.undo_preview(Link(), None, RUN)


async def test_an_undo_that_needs_a_secret_is_none_and_that_is_said_before_the_approval(place: Place) -> None:
    class Lends(Recount):
        slug = "lends"

        def undo_request(self) -> Request:
            return super().request().model_copy(update={"method": "DELETE"})

    preview = await place.runtime.preview(Lends(account="7", token=SecretStr("s3cr3t-of-today")), RUN)
    assert (preview.undoable, preview.approvals) == (False, 1)
    assert preview.undo_note == "Its undo needs a secret parameter, and secrets are forgotten when the run ends."
    assert (await place.runtime.preview(Lends(account="7"), RUN)).undoable


async def test_a_one_time_link_is_in_the_private_part_whole_and_nowhere_else(place: Place, ear: Ear) -> None:
    place.service.answers_with(200, body={"url": "https://shop.example/enter?token=abcdef123456"})
    outcome = await place.run(Link(), ear)
    assert outcome.detail == "url: https://shop.example/enter?token=abcdef123456"
    public = outcome.summary + "".join(ear.lines) + b"".join(ear.kept).decode() + (outcome.image or b"").decode()
    assert "abcdef123456" not in public


async def test_a_secret_in_an_answer_is_shown_to_nobody(place: Place, ear: Ear) -> None:
    place.service.answers_with(200, body={"echo": f"Bearer {TOKEN}", "key": "s3cr3t-of-today"})
    outcome = await place.run(Recount(account="7", token=SecretStr("s3cr3t-of-today")), ear)
    assert TOKEN not in outcome.detail
    assert "s3cr3t-of-today" not in outcome.detail


@pytest.mark.parametrize(
    "account",
    [
        "..",
        ".",
        "../../admin",
        "..\\admin",
        "%2e%2e",
        "%2e%2e/admin",
        "%252e%252e%252f",
        "a/../b",
        "",
        "a\x00b",
        "a\nb",
        "a\ud800",
    ],
)
async def test_a_way_up_is_refused_at_its_field(place: Place, account: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await place.runtime.preview(Recount.model_construct(account=account), RUN)
    assert set(refusal.value.fields) == {"account"}


@pytest.mark.parametrize(
    "account",
    [
        "http://evil.example/",
        "//evil.example",
        "@evil.example",
        "a?admin=1",
        "a#b",
        "a b",
        "a;b",
        "naïve 🦆",
        "{account}",
        "%41",
    ],
)
async def test_a_parameter_stays_one_segment_of_the_path_on_the_named_host(
    place: Place, ear: Ear, account: str
) -> None:
    assert (await place.run(Recount(account=account), ear)).state == "succeeded"
    (_, path, _, _), *_ = place.service.seen
    assert path.count("/") == 3
    assert not {"?", "#", " ", "@"} & set(path)


@pytest.mark.parametrize(
    "path",
    [
        "http://evil.example/x",
        "//evil.example/x",
        "x",
        "/a/../b",
        "/a?b=c",
        "/a b",
        "/a\\b",
        "/%2e%2e",
        "/{x!r}",
        "/{y}",
    ],
)
async def test_a_path_that_could_lead_elsewhere_is_no_path(place: Place, path: str) -> None:
    class Odd(HttpAction):
        risk = Risk.LOW

        def request(self) -> Request:
            return Request(path=path, segments={"x": "1"})

    with pytest.raises(Misconfigured):
        await place.runtime.preview(Odd(), RUN)


@pytest.mark.parametrize("base", ["https://user:pw@a.example", "https://a.example/?x=1"])
async def test_a_base_that_is_none_is_said_to_be_the_trouble(base: str) -> None:
    with pytest.raises(Misconfigured, match="base_url"):
        await connected(target_at(base), Redactor()).preview(Recount(account="7"), RUN)


@pytest.mark.parametrize("base", ["ftp://a.example", "a.example", "https://"])
def test_the_settings_refuse_a_base_that_no_call_could_use(base: str) -> None:
    with pytest.raises(ValidationError, match="base_url"):
        target_at(base)


def test_the_trace_holds_nothing_but_when_and_what_to_follow() -> None:
    kept: Mapping[str, object] = json.loads(Trace(sent=now()).image())
    assert set(kept) == {"sent", "since", "handle", "url", "before"}
