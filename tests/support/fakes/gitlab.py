"""One GitLab project: pipelines that are started by the API and followed, deployments, comparisons; as strict as the real one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.demo.github.records import sha

Json = dict[str, Any]
KNOWN = frozenset({"ref", "variables", "inputs"})


@dataclass(kw_only=True)
class Pipeline:
    id: int
    ref: str
    variables: Mapping[str, str]
    status: str = "created"
    looks: int = 0

    def json(self) -> Json:
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        page = f"https://gitlab.example/acme/shop/-/pipelines/{self.id}"
        return {
            "id": self.id,
            "iid": 1,
            "ref": self.ref,
            "status": self.status,
            "source": "api",
            "web_url": page,
            "created_at": at,
        }


@dataclass(kw_only=True)
class GitLabFake:
    token: str
    project: str = "acme/shop"
    refs: frozenset[str] = frozenset({"main"})
    ends_with: str = "success"
    pipelines: dict[int, Pipeline] = field(default_factory=dict)
    deployments: list[Json] = field(default_factory=list)
    history: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Each tag's commits, the oldest first."""
    calls: list[str] = field(default_factory=list)

    def routes(self) -> list[web.RouteDef]:
        at = "/api/v4/projects/{project}"
        return [
            web.post(f"{at}/pipeline", self._served(self._create)),
            web.get(f"{at}/pipelines", self._served(self._list)),
            web.get(f"{at}/pipelines/{{id}}", self._served(self._show)),
            web.post(f"{at}/pipelines/{{id}}/cancel", self._served(self._cancel)),
            web.get(f"{at}/deployments", self._served(self._deployed)),
            web.get(f"{at}/repository/compare", self._served(self._compare)),
        ]

    def deploy(self, ref: str, status: str = "success", environment: str = "production") -> None:
        made = {"id": len(self.deployments) + 1, "ref": ref, "sha": sha(ref), "status": status}
        self.deployments.append({**made, "environment": {"name": environment}})

    def _served(self, work: Any) -> Any:
        async def serve(request: web.Request) -> web.StreamResponse:
            self.calls.append(f"{request.method} {request.rel_url.raw_path_qs}")
            if request.headers.get("PRIVATE-TOKEN") != self.token:
                return web.json_response({"message": "401 Unauthorized"}, status=401)
            if request.match_info["project"] != self.project:
                return web.json_response({"message": "404 Project Not Found"}, status=404)
            answer: web.StreamResponse = await work(request)
            return answer

        return serve

    async def _create(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if unknown := set(body) - KNOWN:
            return web.json_response({"error": f"{unknown} are unknown"}, status=400)
        if body.get("ref") not in self.refs:
            return web.json_response({"message": {"base": ["Reference not found"]}}, status=400)
        variables = {one["key"]: one["value"] for one in body.get("variables", ())}
        made = Pipeline(id=600 + len(self.pipelines), ref=body["ref"], variables=variables)
        self.pipelines[made.id] = made
        return web.json_response(made.json(), status=201)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        found = [one.json() for one in self.pipelines.values()]
        return web.json_response(found[::-1] if request.query.get("sort", "desc") == "desc" else found)

    async def _show(self, request: web.Request) -> web.StreamResponse:
        found = self.pipelines.get(int(request.match_info["id"]))
        if found is None:
            return web.json_response({"message": "404 Not found"}, status=404)
        found.looks += 1
        if found.status in {"created", "running"}:
            found.status = self.ends_with if found.looks > 1 else "running"
        return web.json_response(found.json())

    async def _cancel(self, request: web.Request) -> web.StreamResponse:
        found = self.pipelines[int(request.match_info["id"])]
        found.status = "canceled"
        return web.json_response(found.json())

    async def _deployed(self, request: web.Request) -> web.StreamResponse:
        """Ascending by default, as the real one."""
        query = request.query
        found = [d for d in self.deployments if query.get("environment") in {None, d["environment"]["name"]}]
        found = [d for d in found if query.get("status") in {None, d["status"]}]
        return web.json_response(found[::-1] if query.get("sort") == "desc" else found)

    async def _compare(self, request: web.Request) -> web.StreamResponse:
        old, new = request.query["from"], request.query["to"]
        if not {old, new} <= set(self.history):
            return web.json_response({"message": "404 Ref Not Found"}, status=404)
        rows = [_commit(text) for text in self.history[new] if text not in self.history[old]]
        page = f"https://gitlab.example/acme/shop/-/compare/{old}...{new}"
        return web.json_response(
            {"commits": rows, "compare_same_ref": old == new, "compare_timeout": False, "web_url": page}
        )


def _commit(text: str) -> Json:
    title, _, author = text.rstrip(")").partition(" (")
    return {"id": sha(text), "short_id": sha(text)[:8], "title": title, "author_name": author}
