"""Bugsnag's Data Access API: an error is marked fixed, opened again, linked to its board card, commented on."""

from collections.abc import Mapping
from urllib.parse import quote

import aiohttp
from pydantic import Field

from bot.domain.errors import Rejected
from bot.ports import TrackerApi
from bot.tracker_api._calls import Api, Common


class Settings(Common):
    """`[trackers.bugsnag]`: `token` is a personal auth token."""

    project: str = ""
    """Id of the project (project settings → its address), where there is one."""
    projects: Mapping[str, str] = Field(default_factory=dict)
    """Ids by the name that webhooks give, where there are several."""
    base_url: str = "https://api.bugsnag.com"


class Bugsnag:
    def __init__(self, api: Api, settings: Settings) -> None:
        self._api, self._settings = api, settings

    async def resolve(self, project: str, group: str) -> None:
        await self._status(project, group, "fix", "fixed")

    async def reopen(self, project: str, group: str) -> None:
        await self._status(project, group, "open", "open")

    async def link(self, project: str, group: str, url: str) -> None:
        path = self._path(project, group)
        present = await self._api.call("GET", path)
        if not any(issue.get("url") == url for issue in present.get("linked_issues") or ()):
            await self._api.call(
                "PATCH", path, {"operation": "link_issue", "issue_url": url, "verify_issue_url": False}
            )

    async def comment(self, project: str, group: str, text: str) -> None:
        """The text names its entry: one that stands there already is not written again."""
        path = f"{self._path(project, group)}/comments"
        if not any(text == comment.get("message") for comment in await self._api.call("GET", path)):
            await self._api.call("POST", path, {"message": text})

    async def _status(self, project: str, group: str, operation: str, status: str) -> None:
        path = self._path(project, group)
        if (await self._api.call("GET", path)).get("status") != status:
            await self._api.call("PATCH", path, {"operation": operation})

    def _path(self, project: str, group: str) -> str:
        id_ = self._settings.projects.get(project, self._settings.project)
        if not id_:
            raise Rejected(f"[trackers.bugsnag] names no project id for “{project}”: set project, or projects.")
        return f"/projects/{quote(id_, safe='')}/errors/{quote(group, safe='')}"


def connect(settings: Settings, session: aiohttp.ClientSession) -> TrackerApi:
    headers = {"Authorization": f"token {settings.token.get_secret_value()}", "X-Version": "2"}
    return Bugsnag(Api(session, "Bugsnag", settings.base_url, headers, settings), settings)
