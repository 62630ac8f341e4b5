"""Checks Slack: the tokens, the scopes, the channels, and the approvers."""

import asyncio
from collections.abc import Awaitable, Iterable, Iterator, Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.bug.errors import Unavailable
from bot.commands.checks.finding import Finding, note, ok, wrong
from bot.outgoing import sessions
from bot.outgoing.client import reason
from bot.production.catalogue.catalogue import Catalogue
from bot.settings import permissions
from bot.settings.environment import Environment
from bot.settings.settings import Settings
from bot.slack.incoming import connection
from bot.slack.outgoing.client import web_client
from bot.slack.outgoing.refusals import MENDED
from bot.text import plural

NAME = "slack"
GONE = frozenset({"user_not_found", "users_not_found", "no_such_subteam", "subteam_not_found", "user_not_visible"})
"""Slack knows nobody by that name."""
SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:write",
        "pins:read",
        "reactions:read",
        "usergroups:read",
        "users:read",
        "users:read.email",
    }
)
"""As in app_manifest.yml; a test holds the two together."""


async def slack(settings: Settings, runtime: Environment) -> list[Finding]:
    if not runtime.bot_token.get_secret_value():
        return [note(NAME, f"no token here: a process for production and billing of {runtime.team}")]
    async with sessions.pooled() as http:
        return await _asked_of(
            web_client(runtime.bot_token.get_secret_value(), runtime.api_url, http), settings, runtime
        )


async def _asked_of(client: AsyncWebClient, settings: Settings, runtime: Environment) -> list[Finding]:
    await connection.identify(client)
    findings = [*await _token(client), await _door(client, runtime, settings)]
    findings += await asyncio.gather(*(_channel(client, channel) for channel in settings.slack.error_channels))
    return [*findings, *await _approvers(client, settings)]


async def people(settings: Settings, runtime: Environment, catalogue: Catalogue) -> list[Finding]:
    """Who may run what alone, by the people who are there now."""
    token = runtime.bot_token.get_secret_value()
    if not token:
        return []
    async with sessions.pooled() as http:
        client = web_client(token, runtime.api_url, http)
        emails = await _full_members(client)
        full = set(emails)
        approvers = full & await _named(client, settings.policy.roles.approvers)
    return [
        *_team(settings, full, approvers),
        *(_watched() if settings.mode == "watch" else _runners(settings, catalogue, emails, approvers)),
        *_besides(settings, full, approvers),
    ]


def _watched() -> Iterator[Finding]:
    """One line instead of one for each action."""
    yield ok("may run", 'nobody: mode = "watch" runs nothing on production')


def _runners(
    settings: Settings, catalogue: Catalogue, emails: Mapping[str, str], approvers: set[str]
) -> Iterator[Finding]:
    yield from _alone(settings, catalogue, approvers)
    if not approvers and not settings.policy.solo:
        yield note("may thaw, allow", "refused: only approvers thaw and turn actions on, and there is none")
    yield from _factors(settings, emails, approvers)


async def _full_members(client: AsyncWebClient) -> dict[str, str]:
    """Each with the e-mail address; empty where Slack does not say it."""
    found, cursor = dict[str, str](), ""
    while True:
        page, refused = await _asked(client.users_list(limit=200, cursor=cursor or None))
        if refused:
            raise Unavailable(f"Slack does not list its people: {refused}. {_mend([refused])}")
        found |= {user["id"]: (user.get("profile") or {}).get("email") or "" for user in page["members"] if _full(user)}
        cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
        if not cursor:
            return found


def _full(user: Mapping[str, Any]) -> bool:
    less = ("is_bot", "deleted", "is_restricted", "is_ultra_restricted", "is_stranger")
    return user["id"] != "USLACKBOT" and not any(user.get(word) for word in less)


async def _named(client: AsyncWebClient, entries: Iterable[str]) -> set[str]:
    """User ids; what Slack does not know is told by the check of approvers."""
    answers = [(await _asked(_lookup(client, entry)))[0] for entry in entries]
    groups = {user for answer in answers for user in answer.get("users", ())}
    return groups | {answer["user"]["id"] for answer in answers if "user" in answer}


def _team(settings: Settings, full: set[str], approvers: set[str]) -> Iterator[Finding]:
    if len(full) == 1 and not settings.policy.solo:
        yield note(
            "team", 'one person is here: write team = "solo" under [policy], and nothing waits for somebody else'
        )
    elif settings.policy.solo and approvers:
        yield note(
            "team", f'team = "solo", and {plural(len(approvers), "approver")} there: whoever else is there is asked'
        )
    elif settings.policy.solo:
        yield ok("team", "solo: what needs somebody else goes by typing its count or its release")


def _alone(settings: Settings, catalogue: Catalogue, approvers: set[str]) -> Iterator[Finding]:
    own = {row.action + row.target: row for row in permissions.rows(catalogue, settings, max(len(approvers) - 1, 0))}
    for row in permissions.rows(catalogue, settings, len(approvers)):
        mine, where = own[row.action + row.target], f" on {row.target}" if row.target else ""
        asks = f"; if the only approver asks: {mine.said}" if len(approvers) == 1 and mine.said != row.said else ""
        said = f"{row.risk} risk{where}: {row.said}{asks}"
        yield (note if row.refused or mine.refused else ok)(f"may {row.action}", said)


def _besides(settings: Settings, full: set[str], approvers: set[str]) -> Iterator[Finding]:
    """What is no action and needs somebody else too, where nobody else is there for it."""
    solo = settings.policy.solo
    if len(approvers) <= 1:
        whose = "if the only approver asks: " if approvers else ""
        yield _alone_or_refused("give above the caps", whose, solo, "an approver lets it pass")
    if len(full) == 1:
        yield _alone_or_refused("waive a proper fix", "", solo, "somebody else than who owes it does")


def _factors(settings: Settings, emails: Mapping[str, str], approvers: set[str]) -> Iterator[Finding]:
    """Who would be asked for a code that nobody can check."""
    able, totp = approvers or set(emails if settings.policy.solo else ()), settings.policy.totp
    without = sorted(user for user in able if not {user, emails[user]} & set(totp))
    if totp and without:
        said = f"{', '.join(without)} can't approve a fix of high risk: [policy] totp has no secret for them"
        yield note("second factor", said)


def _alone_or_refused(what: str, whose: str, solo: bool, needs: str) -> Finding:
    if solo:
        return ok(f"may {what}", f"{whose}alone, by typing its count")
    return note(f"may {what}", f"{whose}refused: {needs}, and there is none")


async def _token(client: AsyncWebClient) -> list[Finding]:
    answer = await client.auth_test()
    me = ok(NAME, f"is @{answer['user']} in {answer['team']} ({answer['team_id']})")
    given = {scope.strip() for scope in answer.headers.get("x-oauth-scopes", "").split(",")} - {""}
    missing = sorted(SCOPES - given) if given else []
    if not missing:
        return [me]
    mend = "Paste app_manifest.yml under “App Manifest” of your Slack app, then install the app again."
    return [me, wrong("slack scopes", f"{', '.join(missing)} missing. {mend}")]


async def _door(client: AsyncWebClient, runtime: Environment, settings: Settings) -> Finding:
    """How Slack reaches us."""
    if runtime.app_token:
        await connection.check_app_token(client, runtime.app_token.get_secret_value())
        return ok("slack socket", "Socket Mode; the app token is right")
    where = settings.web.public_url or "https://YOUR-ADDRESS"
    return note(
        "slack http",
        f"Slack must reach {where}/slack/events; only an event shows whether SLACK_SIGNING_SECRET is right",
    )


async def _channel(client: AsyncWebClient, channel: str) -> Finding:
    system = f"channel {channel}"
    answer, refused = await _asked(client.conversations_info(channel=channel))
    if refused == "channel_not_found":
        return wrong(system, "is not there, or private. Write its id (C…), and /invite @makegood where it is private")
    if refused:
        return wrong(system, f"Slack says {refused}. {_mend([refused])}")
    found = answer["channel"]
    name = f"#{found.get('name', channel)}"
    if found.get("is_archived"):
        return wrong(system, f"{name} is archived. Name another one under [slack] error_channels")
    if not found.get("is_member"):
        return wrong(system, f"the bot is not in {name}: /invite @makegood there")
    return ok(system, f"the bot is in {name}")


async def _approvers(client: AsyncWebClient, settings: Settings) -> list[Finding]:
    named = settings.policy.roles.approvers
    if not named:
        return [note("approvers", "nobody: what asks for a second person can't be run. Fill [policy] approvers")]
    refused = {entry: (await _asked(_lookup(client, entry)))[1] for entry in named}
    if unasked := [f"{entry}: {code}" for entry, code in refused.items() if code and code not in GONE]:
        return [wrong("approvers", f"could not be looked up ({', '.join(unasked)}). {_mend(refused.values())}")]
    gone = [entry for entry, code in refused.items() if code]
    if gone:
        return [wrong("approvers", f"Slack does not know {', '.join(gone)}. Correct [policy] approvers")]
    return [ok("approvers", f"Slack knows all {len(named)}" if len(named) > 1 else "Slack knows the one")]


def _mend(codes: Iterable[str]) -> str:
    """What to do about Slack's words."""
    known = (MENDED[code.partition(" ")[0]] for code in codes if code.partition(" ")[0] in MENDED)
    return next(known, "Slack's own words say what is wrong")


def _lookup(client: AsyncWebClient, entry: str) -> Awaitable[Any]:
    if "@" in entry:
        return client.users_lookupByEmail(email=entry)
    if entry.startswith("S"):
        return client.usergroups_users_list(usergroup=entry)
    return client.users_info(user=entry)


async def _asked(call: Awaitable[Any]) -> tuple[Any, str]:
    """The answer, and Slack's own word where it refused. Raises Unavailable."""
    try:
        return await call, ""
    except SlackApiError as error:
        data = error.response.data
        if not isinstance(data, dict):
            return {}, f"{error.response.status_code}"
        needed = f" ({data['needed']})" if data.get("needed") else ""
        return {}, f"{data.get('error', 'no')}{needed}"
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unavailable(f"Slack can't be reached: {reason(error)}.") from error
