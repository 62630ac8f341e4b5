"""Bugsnag's Data Access API: an error is marked fixed, opened again, linked to its board card, commented on."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

import aiohttp
from pydantic import Field

from bot.adapters.ports import Connects, TrackerApi
from bot.adapters.trackers.common.api import Api, ApiSettings
from bot.bug.errors import Rejected
from bot.outgoing.once import once


class Settings(ApiSettings):
    """`[trackers.bugsnag]`: `token` is a personal auth token."""

    project: str = ""
    """Id of the only project; without it, and without `projects`, ids are found by the names that webhooks give."""
    projects: Mapping[str, str] = Field(default_factory=dict)
    """Ids by the name that webhooks give, where two projects have the same."""
    base_url: str = "https://api.bugsnag.com"


@dataclass(frozen=True, kw_only=True)
class Project:
    id: str
    name: str
    slug: str


class Bugsnag:
    def __init__(self, api: Api, settings: Settings) -> None:
        self._api, self._settings = api, settings
        self._known: tuple[Project, ...] = ()
        self._asking = asyncio.Lock()

    async def resolve(self, project: str, group: str) -> None:
        await self._status(project, group, "fix", "fixed")

    async def reopen(self, project: str, group: str) -> None:
        await self._status(project, group, "open", "open")

    async def link(self, project: str, group: str, url: str) -> None:
        path = await self._path(project, group)
        linking = {"operation": "link_issue", "issue_url": url, "verify_issue_url": False}
        await once(lambda: self._linked(path, url), lambda: self._api.call("PATCH", path, linking))

    async def comment(self, project: str, group: str, text: str) -> None:
        """The text names its entry: one that stands there already is not written again."""
        path = f"{await self._path(project, group)}/comments"
        await once(lambda: self._commented(path, text), lambda: self._api.call("POST", path, {"message": text}))

    async def _linked(self, path: str, url: str) -> bool:
        present = await self._api.call("GET", path)
        return any(issue.get("url") == url for issue in present.get("linked_issues") or ())

    async def _commented(self, path: str, text: str) -> bool:
        return any(text == comment.get("message") for comment in await self._api.pages(path))

    async def _status(self, project: str, group: str, operation: str, status: str) -> None:
        path = await self._path(project, group)
        if (await self._api.call("GET", path)).get("status") != status:
            await self._api.call("PATCH", path, {"operation": operation})

    async def check(self) -> str:
        found = await self._found()
        if not found:
            raise Rejected("Bugsnag shows our token no project: take the token of somebody who may see them.")
        named = {self._settings.project, *self._settings.projects.values()} - {""}
        if wrong := named - {project.id for project in found}:
            raise Rejected(f"Bugsnag shows our token no project {', '.join(sorted(wrong))}. Write {_pasted(found)}.")
        return f"takes our token; it sees {_pasted(found)}"

    async def _path(self, project: str, group: str) -> str:
        id_ = self._settings.projects.get(project, self._settings.project) or await self._id(project)
        return f"/projects/{quote(id_, safe='')}/errors/{quote(group, safe='')}"

    async def _id(self, project: str) -> str:
        """By the name or the slug that webhooks and links give; asked for when a name comes for the first time."""
        async with self._asking:
            if not _called(project, self._known):
                self._known = await self._found()
        ids = _called(project, self._known)
        if len(ids) != 1:
            many = f"several projects “{project}”" if ids else f"no project “{project}”"
            raise Rejected(f"Bugsnag shows our token {many}: write its id under [trackers.bugsnag] projects.")
        return ids[0]

    async def _found(self) -> tuple[Project, ...]:
        """All that the token may see."""
        found: list[Project] = []
        for organization in await self._api.pages("/user/organizations"):
            path = f"/organizations/{quote(str(organization['id']), safe='')}/projects?per_page=100"
            shown = await self._api.pages(path)
            found += (Project(id=str(one["id"]), name=str(one["name"]), slug=str(one.get("slug", ""))) for one in shown)
        return tuple(found)


def _called(name: str, projects: Iterable[Project]) -> list[str]:
    wanted = name.casefold()
    return [project.id for project in projects if wanted in {project.name.casefold(), project.slug.casefold()}]


def _pasted(projects: Iterable[Project]) -> str:
    """As it may stand in makegood.toml."""
    return "projects = { " + ", ".join(f"{json.dumps(one.name)} = {json.dumps(one.id)}" for one in projects) + " }"


def connect(settings: Settings, session: aiohttp.ClientSession) -> TrackerApi:
    headers = {"Authorization": f"token {settings.token.get_secret_value()}", "X-Version": "2"}
    api = Api(session, who="Bugsnag", base_url=settings.base_url, headers=headers, limit=settings)
    return Bugsnag(api, settings)


CONNECTOR = Connects(Settings, connect)
