"""GitHub: webhooks of pull requests, and of the checks of their commits."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qs

from bot.adapters.common.reading import Data, foreseen, load
from bot.adapters.common.signing import expect, hex_signature
from bot.adapters.forges.common.change import change, counts, event, words
from bot.adapters.ports import ForgeAdapter, Hook
from bot.bug.debt.pull import Check, ChecksChange, CheckState, Pull, PullChange, PullState
from bot.bug.errors import Unreadable

FORGE = "github"
KINDS = ("pull_request", "check_run", "check_suite", "status")
_OTHERS = """
    ping meta push create delete fork star watch public repository release label milestone member membership team
    team_add organization org_block installation installation_repositories installation_target
    github_app_authorization issues issue_comment issue_dependencies sub_issues commit_comment discussion
    discussion_comment pull_request_review pull_request_review_comment pull_request_review_thread
    pull_request_target merge_group workflow_run workflow_job workflow_dispatch repository_dispatch deployment
    deployment_status deployment_review deployment_protection_rule page_build gollum package registry_package
    branch_protection_rule branch_protection_configuration repository_ruleset custom_property custom_property_values
    code_scanning_alert secret_scanning_alert secret_scanning_alert_location secret_scanning_scan dependabot_alert
    deploy_key security_advisory repository_advisory repository_vulnerability_alert security_and_analysis
    repository_import sponsorship marketplace_purchase personal_access_token_request project project_card
    project_column projects_v2 projects_v2_item projects_v2_status_update
"""
LEFT_OUT = frozenset(_OTHERS.split())
"""GitHub's other kinds: where a webhook sends everything, these are no news for a bug."""
_ABOUT_OTHERS = ("deployment", "review", "comment", "thread", "workflow_run", "workflow_job")
_GOOD = {"success", "neutral", "skipped"}
_WAITS = {"", "action_required"}
_STATUS: Mapping[str, CheckState] = {"success": "passed", "pending": "running"}


def verify(hook: Hook, secret: str | None) -> None:
    if secret:
        expect(hook, "x-hub-signature-256", "sha256=" + hex_signature(secret, hook.body))


def parse(hook: Hook, options: Mapping[str, object]) -> tuple[PullChange | ChecksChange, ...]:
    """`options["branches"]` names the branches that people use; without it, it is the repository's default branch."""
    body = load(_json(hook.body))
    kind = hook.headers.get("x-github-event", "").strip() or _kind(body)
    ours = any(body.at(key).value for key in ("repository", "organization", "installation", "hook", "sender"))
    foreseen(kind, KINDS, LEFT_OUT, service="GitHub", ours=ours)
    id_ = event(hook, FORGE, "x-github-delivery")
    match kind:
        case "pull_request":
            return (_pull(body, id_, hook.at, options),)
        case "check_run":
            return (_checks(body.at("check_run"), "head_sha", id_, _run(body.at("check_run"), hook.at)),)
        case "check_suite":
            return (_checks(body.at("check_suite"), "head_sha", id_, _suite(body.at("check_suite"), hook.at)),)
        case "status":
            return (_checks(body, "sha", id_, _status(body, hook.at)),)
    return ()


def _json(body: bytes) -> bytes:
    """GitHub's other content type has the JSON in a form's field."""
    if not body.startswith(b"payload="):
        return body
    return parse_qs(body.decode("utf-8", "replace")).get("payload", [""])[0].encode()


def _kind(body: Data) -> str:
    """By what is in it, where a proxy has lost GitHub's header."""
    if any(body.at(key).value for key in _ABOUT_OTHERS):
        return "ping"
    told = next((kind for kind in ("check_run", "check_suite", "pull_request") if body.at(kind).value), "")
    status = body.at("context").value and body.at("sha").value
    return told or ("status" if status else "ping" if body.at("zen").value else "")


def _pull(body: Data, id_: str, came: datetime, options: Mapping[str, object]) -> PullChange:
    told, repo = body.at("pull_request"), body.at("repository")
    base, merged = told.line("base.ref"), bool(told.at("merged").value)
    pull = Pull(
        forge=FORGE,
        repo=repo.required("id"),
        repository=repo.line("full_name"),
        number=_number(told),
        url=told.url("html_url"),
        title=told.line("title", limit=300),
        author=told.line("user.login"),
        state=_state(told, merged=merged),
        base=base,
        counts=counts(base, repo.line("default_branch"), options),
        head=told.required("head.sha"),
        conflict=_conflict(told),
        fork=told.key("head.repo.id") != told.key("base.repo.id"),
        at=told.time("updated_at") or came,
        merged_at=told.time("merged_at") if merged else None,
        late=merged and body.line("action") != "closed" and not _by_merger(body),
        by=(told.line("merged_by.login") if merged else "") or body.line("sender.login"),
    )
    return change(id_, pull, words(told, "body"), told.line("head.ref", limit=300))


def _by_merger(body: Data) -> bool:
    """Whether who merged it did this, too."""
    sender = body.line("sender.login")
    return bool(sender) and sender == body.line("pull_request.merged_by.login")


def _number(told: Data) -> int:
    number = told.count("number")
    if not number:
        raise Unreadable("The field pull_request.number is missing or empty.")
    return number


def _state(told: Data, *, merged: bool) -> PullState:
    if merged:
        return "merged"
    if told.line("state") == "closed":
        return "closed"
    return "draft" if told.at("draft").value is True else "open"


def _conflict(told: Data) -> bool | None:
    """GitHub computes it after the fact: null means that it does not know yet."""
    mergeable = told.at("mergeable").value
    if mergeable is False or told.line("mergeable_state") == "dirty":
        return True
    return False if mergeable is True else None


def _checks(told: Data, head: str, id_: str, check: Check) -> ChecksChange:
    return ChecksChange(event=id_, forge=FORGE, head=told.required(head), checks=(check,))


def _run(told: Data, came: datetime) -> Check:
    shown, state = told.line("name"), _state_of(told)
    suite = told.key("check_suite.id")
    at = (told.time("completed_at") if state != "running" else None) or told.time("started_at") or came
    return Check(name=f"{suite}:{shown or told.required('id')}", shown=shown or "a check", state=state, at=at)


def _suite(told: Data, came: datetime) -> Check:
    """All runs of one app together: what counts where its runs are not sent."""
    shown = told.line("app.name") or "a check"
    at = told.time("updated_at") or came
    return Check(name=f"{told.required('id')}:", shown=shown, state=_state_of(told), at=at)


def _state_of(told: Data) -> CheckState:
    conclusion = told.line("conclusion")
    if told.line("status") != "completed" or conclusion in _WAITS:
        return "running"
    return "passed" if conclusion in _GOOD else "failed"


def _status(body: Data, came: datetime) -> Check:
    """What other systems say of a commit by GitHub's older way."""
    context = body.line("context") or "default"
    state = _STATUS.get(body.line("state"), "failed")
    return Check(name=f"status:{context}", shown=context, state=state, at=body.time("updated_at") or came)


ADAPTER = ForgeAdapter(name=FORGE, verify=verify, parse=parse)
