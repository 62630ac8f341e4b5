"""GitLab: webhooks of merge requests, and of the pipelines of their commits."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from standardwebhooks import Webhook

from bot.adapters.common.reading import Data, foreseen, load
from bot.adapters.common.signing import OLDEST, require, same
from bot.adapters.forges.common.change import change, counts, event, words
from bot.adapters.ports import ForgeAdapter, Hook
from bot.bug.debt.pull import Check, ChecksChange, CheckState, Pull, PullChange, PullState
from bot.bug.errors import Unreadable

FORGE = "gitlab"
KINDS = ("merge_request", "pipeline")
_OTHERS = """
    push tag_push issue work_item note wiki_page build deployment release feature_flag emoji award milestone member
    access_token resource_access_token group subgroup project vulnerability deploy_token repository_update
"""
LEFT_OUT = frozenset(_OTHERS.split())
SIGNS = "whsec_"
"""A secret that begins so is a signing token; any other is the older secret token."""
_STATES: Mapping[str, PullState] = {"merged": "merged", "closed": "closed"}
_JOBS: Mapping[str, CheckState] = {
    "success": "passed",
    "skipped": "passed",
    "failed": "failed",
    "canceled": "failed",
    "canceling": "failed",
}
_BY_HAND = frozenset({"manual", "scheduled"})
"""Jobs that wait for a person or an hour: no check."""


def verify(hook: Hook, secret: str | None) -> None:
    """By the form of our own secret, so that nobody can choose the weaker proof."""
    if secret and secret.startswith(SIGNS):
        _signed(hook, secret)
    elif secret:
        given = hook.headers.get("x-gitlab-token", "")
        what = "does not match" if given else "is missing"
        require(
            same(given, secret), f"The token in X-Gitlab-Token {what}: check that hooks.gitlab.secret is the webhook's."
        )


def _signed(hook: Hook, secret: str) -> None:
    """As Standard Webhooks has it: id, time and body together."""
    stamp = hook.headers.get("webhook-timestamp", "").strip()
    known = stamp.isascii() and stamp.isdigit() and abs(hook.at.timestamp() - int(stamp[:12])) <= OLDEST
    require(
        known, f"The time in webhook-timestamp is more than {OLDEST // 60} minutes off: a replay, or a wrong clock."
    )
    at = datetime.fromtimestamp(int(stamp[:12]), UTC)
    expected = Webhook(secret).sign(hook.headers.get("webhook-id", ""), at, hook.body.decode("utf-8", "replace"))
    given = hook.headers.get("webhook-signature", "").split()
    # each is compared, so that the time tells nothing of which one was right
    good = sum(same(one, expected) for one in given)
    require(
        good > 0, "The signature in webhook-signature does not match: check that hooks.gitlab.secret is the webhook's."
    )


def parse(hook: Hook, options: Mapping[str, object]) -> tuple[PullChange | ChecksChange, ...]:
    """`options["branches"]` names the branches that people use; without it, it is the project's default branch."""
    body = load(hook.body)
    kind = body.line("object_kind")
    if not kind and body.line("event_name"):
        return ()  # a system hook about people and groups: of which there are many, and none about code
    foreseen(
        kind, KINDS, LEFT_OUT, service="GitLab", ours=bool(body.at("project").value or body.at("object_kind").value)
    )
    id_ = event(hook, FORGE, "idempotency-key", "webhook-id")
    if kind == "merge_request":
        return (_pull(body, id_, hook.at, options),)
    return _pipeline(body, id_, hook.at) if kind == "pipeline" else ()


def _pull(body: Data, id_: str, came: datetime, options: Mapping[str, object]) -> PullChange:
    told, project = body.at("object_attributes"), body.at("project")
    base = told.line("target_branch")
    pull = Pull(
        forge=FORGE,
        repo=told.key("target_project_id") or project.required("id"),
        repository=project.line("path_with_namespace") or told.line("target.path_with_namespace"),
        number=_number(told),
        url=told.url("url") or _page(project, told),
        title=told.line("title", limit=300),
        author=body.line("user.username") if told.line("action") == "open" else "",
        state=_state(told),
        base=base,
        counts=counts(base, project.line("default_branch") or told.line("target.default_branch"), options),
        head=told.required("last_commit.id"),
        conflict=_conflict(told),
        fork=told.key("source_project_id") != told.key("target_project_id"),
        at=told.time("updated_at") or came,
        merged_at=_merged_at(body, came),
        late=_state(told) == "merged" and not (_merges(body) or _by_merger(body)),
        by=body.line("user.username"),
    )
    return change(id_, pull, words(told, "description"), told.line("source_branch", limit=300))


def _merges(body: Data) -> bool:
    """Whether this tells of the merge itself, and not of what was done afterwards."""
    return body.line("object_attributes.action") == "merge"


def _by_merger(body: Data) -> bool:
    """Whether who merged it did this, too."""
    user = body.key("user.id")
    return bool(user) and user == body.key("object_attributes.merge_user_id")


def _merged_at(body: Data, came: datetime) -> datetime | None:
    """GitLab's webhooks name no time of the merge, other than that of the change that it is."""
    told = body.at("object_attributes")
    return told.time("merged_at") or ((told.time("updated_at") or came) if _merges(body) else None)


def _page(project: Data, told: Data) -> str:
    """System hooks leave the address out."""
    home = project.url("web_url")
    return f"{home}/-/merge_requests/{_number(told)}" if home else ""


def _number(told: Data) -> int:
    number = told.count("iid")
    if not number:
        raise Unreadable("The field object_attributes.iid is missing or empty.")
    return number


def _state(told: Data) -> PullState:
    draft = told.at("draft").value is True or told.at("work_in_progress").value is True
    return _STATES.get(told.line("state"), "draft" if draft else "open")


def _conflict(told: Data) -> bool | None:
    if told.line("detailed_merge_status") == "conflict" or told.line("merge_status") == "cannot_be_merged":
        return True
    return False if told.line("merge_status") == "can_be_merged" else None


def _pipeline(body: Data, id_: str, came: datetime) -> tuple[ChecksChange, ...]:
    """Each job is a check; a pipeline that names none is one itself."""
    told = body.at("object_attributes")
    jobs = tuple(_jobs(body, came)) or (_whole(told, came),)
    return (ChecksChange(event=id_, forge=FORGE, head=told.required("sha"), checks=jobs),)


def _jobs(body: Data, came: datetime) -> Iterator[Check]:
    for job in body.rows("builds"):
        status, shown = job.line("status"), job.line("name")
        if not shown or status in _BY_HAND:
            continue
        state = _JOBS.get(status, "running")
        allowed = job.at("allow_failure").value is True and state == "failed"
        at = job.time("finished_at", "started_at", "created_at") or came
        yield Check(name=f"job:{shown}", shown=shown, state="passed" if allowed else state, at=at)


def _whole(told: Data, came: datetime) -> Check:
    at = told.time("finished_at", "created_at") or came
    return Check(name="pipeline", shown="the pipeline", state=_JOBS.get(told.line("status"), "running"), at=at)


ADAPTER = ForgeAdapter(name=FORGE, verify=verify, parse=parse)
