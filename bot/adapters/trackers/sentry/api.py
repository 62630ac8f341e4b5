"""Sentry's API: an issue is resolved, unresolved, commented on; the board card is named in a comment."""

from urllib.parse import quote

import aiohttp

from bot.adapters.ports import Connects, TrackerApi
from bot.adapters.trackers.common.api import Api, ApiSettings
from bot.bug.errors import Rejected
from bot.outgoing.once import once

MAY_WRITE = frozenset({"event:write", "event:admin"})


class Settings(ApiSettings):
    """`[trackers.sentry]`: `token` of an internal integration that may write events."""

    organization: str
    """Its slug, as in https://ORGANIZATION.sentry.io."""
    base_url: str = "https://sentry.io"


class Sentry:
    def __init__(self, api: Api, organization: str) -> None:
        self._api, self._organization = api, organization

    async def resolve(self, _project: str, group: str) -> None:
        await self._status(group, "resolved")

    async def reopen(self, _project: str, group: str) -> None:
        await self._status(group, "unresolved")

    async def link(self, project: str, group: str, url: str) -> None:
        await self.comment(project, group, f"Board card: {url}")

    async def comment(self, _project: str, group: str, text: str) -> None:
        if not _is_issue(group):
            return
        path = f"{self._path(group)}comments/"
        await once(lambda: self._commented(path, text), lambda: self._api.call("POST", path, {"text": text}))

    async def _commented(self, path: str, text: str) -> bool:
        notes = await self._api.pages(path)
        return any(text == (note.get("data") or {}).get("text") for note in notes)

    async def check(self) -> str:
        scopes = ((await self._api.call("GET", "/api/0/")).get("auth") or {}).get("scopes")
        name = self._organization
        lost = f"Sentry knows no organization “{name}” that our token may see: correct [trackers.sentry] organization."
        await self._api.call("GET", f"/api/0/organizations/{quote(name, safe='')}/issues/?limit=1", missing=lost)
        if scopes is None:
            return f"answers for {name}; that the token may write is first seen when a bug is fixed"
        if not MAY_WRITE & set(scopes):
            raise Rejected("Sentry lets our token only read: give its integration “Issue & Event: Read & Write”.")
        return f"takes our token, which may write to the issues of {name}"

    async def _status(self, group: str, status: str) -> None:
        if not _is_issue(group):
            return
        present = await self._api.call("GET", self._path(group))
        if present.get("status") != status:
            await self._api.call("PUT", self._path(group), {"status": status})

    def _path(self, group: str) -> str:
        return f"/api/0/organizations/{quote(self._organization, safe='')}/issues/{quote(group, safe='')}/"


def _is_issue(group: str) -> bool:
    """Whether it is an issue's number: a metric alert, or an error that is known by its address, has none to be marked."""
    return group.isdecimal()


def connect(settings: Settings, session: aiohttp.ClientSession) -> TrackerApi:
    headers = {"Authorization": f"Bearer {settings.token.get_secret_value()}"}
    api = Api(session, who="Sentry", base_url=settings.base_url, headers=headers, limit=settings)
    return Sentry(api, settings.organization)


CONNECTOR = Connects(Settings, connect)
