"""The REST endpoints of GitHub Actions that starting, finding, following and ending a run need, as strict as the real ones."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any

from aiohttp import web

from bot.demo.github.records import Conclusion, Deployed, Run, Workflow, compared

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PAGE = 30


class GitHubFake:
    """`ends_after` looks at a run bring it to its end, as `ends_with` says; None: it goes on until `finish`."""

    def __init__(
        self,
        *,
        token: str,
        workflows: Mapping[str, Workflow],
        ends_after: int | None = 2,
        ends_with: Conclusion = "success",
        appears_after: int = 0,
        names_runs: bool = True,
        on_end: Callable[[Run], None] = lambda _: None,
    ) -> None:
        self.runs: dict[int, Run] = {}
        self.ends_after = ends_after
        self.ends_with = ends_with
        self.appears_after = appears_after
        self.calls: list[str] = []
        self.faults: list[str] = []
        """The next calls that change something go wrong, one each: "500" | "after_500" | "drop" | "drop_after" | "429" | "limit"."""
        self.deployments: list[Deployed] = []
        self.history: dict[str, Mapping[str, tuple[str, ...]]] = {}
        """By repository: each tag's commits, the oldest first, as "Mend the menu page (Dana)"."""
        self._token = token
        self._workflows = dict(workflows)
        self._names_runs = names_runs
        self._on_end = on_end
        self._runner: web.AppRunner | None = None
        self.base_url = ""

    def routes(self) -> list[web.RouteDef]:
        actions = "/repos/{owner}/{repo}/actions"
        return [
            web.post(f"{actions}/workflows/{{workflow}}/dispatches", self._served(self._dispatch)),
            web.get(f"{actions}/workflows/{{workflow}}/runs", self._served(self._list)),
            web.get(f"{actions}/runs/{{run}}", self._served(self._show)),
            web.post(f"{actions}/runs/{{run}}/cancel", self._served(self._cancel)),
            web.get("/repos/{owner}/{repo}/deployments", self._served(self._deployments)),
            web.get("/repos/{owner}/{repo}/deployments/{id}/statuses", self._served(self._statuses)),
            web.get("/repos/{owner}/{repo}/compare/{basehead:.+}", self._served(self._compare)),
        ]

    def deploy(self, repository: str, ref: str, state: str = "success", environment: str = "production") -> None:
        """Something was deployed; GitHub calls what was live before inactive."""
        id_ = len(self.deployments) + 1
        self.deployments.append(
            Deployed(id=id_, repository=repository, ref=ref, environment=environment, states=[state])
        )
        for old in self.deployments[:-1] if state == "success" else ():
            if old.states[0] == "success" and old.environment == environment:
                old.states.insert(0, "inactive")

    async def start(self, port: int = 0) -> None:
        app = web.Application()
        app.add_routes(self.routes())
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def finish(self, run: int, conclusion: Conclusion) -> None:
        """The run ends so."""
        self.runs[run] = replace(self.runs[run], conclusion=conclusion)
        self._on_end(self.runs[run])

    def snapshot(self) -> dict[str, Any]:
        return {"runs": [run.json(self.base_url) for run in self.runs.values()]}

    def _served(self, work: Handler) -> Handler:
        async def serve(request: web.Request) -> web.StreamResponse:
            self.calls.append(f"{request.method} {request.path_qs}")
            if not compare_digest(request.headers.get("Authorization", ""), f"Bearer {self._token}"):
                return _said(401, "Bad credentials")
            fault = self.faults.pop(0) if self.faults and request.method == "POST" else ""
            return await self._faulty(fault, work, request)

        return serve

    async def _faulty(self, fault: str, work: Handler, request: web.Request) -> web.StreamResponse:
        if fault == "429":
            return _said(429, "You have exceeded a secondary rate limit", {"Retry-After": "1"})
        if fault == "limit":
            return _said(403, "API rate limit exceeded", {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0"})
        if fault == "500":
            return _said(500, "Server Error")
        answer = await work(request) if fault != "drop" else _said(502, "")
        if fault == "after_500":
            return _said(500, "Server Error")
        if fault.startswith("drop") and request.transport is not None:
            request.transport.abort()
        return answer

    async def _dispatch(self, request: web.Request) -> web.StreamResponse:
        workflow = self._workflow(request)
        if workflow is None:
            return _said(404, "Not Found")
        try:
            body = json.loads(await request.read())
        except ValueError:
            return _said(400, "Problems parsing JSON")
        problem = self._problem(workflow, body)
        if problem:
            return _said(422, problem)
        run = self._begin(_repository(request), workflow, body)
        if not body.get("return_run_details"):
            return web.Response(status=204)
        shown = run.json(self.base_url)
        return web.json_response({"workflow_run_id": run.id, "run_url": shown["url"], "html_url": shown["html_url"]})

    def _problem(self, workflow: Workflow, body: Any) -> str:
        known = {"ref", "inputs"} | ({"return_run_details"} if self._names_runs else set())
        if not isinstance(body, dict) or set(body) - known:
            return "Invalid request. Only " + ", ".join(sorted(known)) + " are permitted keys."
        inputs = body.get("inputs") or {}
        if body.get("ref") not in workflow.refs:
            return f"No ref found for: {body.get('ref')}"
        if set(inputs) - set(workflow.inputs):
            return f"Unexpected inputs provided: {sorted(set(inputs) - set(workflow.inputs))}"
        missing = [name for name, required in workflow.inputs.items() if required and not inputs.get(name)]
        return f"Required input '{missing[0]}' not provided" if missing else ""

    def _begin(self, repository: str, workflow: Workflow, body: Mapping[str, Any]) -> Run:
        run = Run(
            id=30433642 + len(self.runs),
            repository=repository,
            workflow=workflow,
            ref=body["ref"],
            inputs=body.get("inputs") or {},
            created=datetime.now(UTC).replace(microsecond=0),
            hidden=self.appears_after,
        )
        self.runs[run.id] = run
        return run

    async def _list(self, request: web.Request) -> web.StreamResponse:
        workflow = self._workflow(request)
        if workflow is None:
            return _said(404, "Not Found")
        since = request.query.get("created", "").removeprefix(">=")
        for run in self.runs.values():
            self.runs[run.id] = replace(run, hidden=max(0, run.hidden - 1))
        found = [run.json(self.base_url) for run in self.runs.values() if run.workflow == workflow and not run.hidden]
        found = [run for run in reversed(found) if run["created_at"] >= since]
        page = found[: int(request.query.get("per_page", PAGE))]
        return web.json_response({"total_count": len(found), "workflow_runs": page})

    async def _show(self, request: web.Request) -> web.StreamResponse:
        run = self._run(request)
        if run is None:
            return _said(404, "Not Found")
        if run.hidden:
            self.runs[run.id] = replace(run, hidden=run.hidden - 1)
            return _said(404, "Not Found")
        self.runs[run.id] = run = replace(run, polls=run.polls + 1)
        if run.conclusion is None and self.ends_after is not None and run.polls >= self.ends_after:
            self.finish(run.id, self.ends_with if self._can_check_out(run) else "failure")
        return web.json_response(self.runs[run.id].json(self.base_url))

    def _can_check_out(self, run: Run) -> bool:
        """A release is a tag, where the repository's history is known: nobody rolls out one that there is not."""
        history, release = self.history.get(run.repository), run.inputs.get("release")
        return not (history and release) or release in history

    async def _cancel(self, request: web.Request) -> web.StreamResponse:
        run = self._run(request)
        if run is None:
            return _said(404, "Not Found")
        if run.conclusion is not None:
            return _said(409, "Cannot cancel a workflow run that is completed.")
        self.finish(run.id, "cancelled")
        return web.json_response({}, status=202)

    async def _deployments(self, request: web.Request) -> web.StreamResponse:
        wanted = request.query.get("environment")
        found = [d for d in reversed(self.deployments) if d.repository == _repository(request)]
        found = [d for d in found if wanted in {None, d.environment}]
        return web.json_response([d.json() for d in found[: int(request.query.get("per_page", PAGE))]])

    async def _statuses(self, request: web.Request) -> web.StreamResponse:
        found = [d for d in self.deployments if str(d.id) == request.match_info["id"]]
        if not found:
            return _said(404, "Not Found")
        return web.json_response([{"state": state} for state in found[0].states])

    async def _compare(self, request: web.Request) -> web.StreamResponse:
        base, dots, head = request.match_info["basehead"].partition("...")
        history = self.history.get(_repository(request))
        if not dots or history is None or base not in history or head not in history:
            return _said(404, "Not Found")
        query = request.query
        pages = (int(query.get("page", 1)), int(query.get("per_page", 250)))
        shown = compared(history, base, head, *pages)
        return web.json_response(
            {**shown, "html_url": f"https://github.example/{_repository(request)}/compare/{base}...{head}"}
        )

    def _workflow(self, request: web.Request) -> Workflow | None:
        workflow = self._workflows.get(_repository(request))
        asked = request.match_info["workflow"]
        return workflow if workflow and asked in {workflow.file, str(workflow.id)} else None

    def _run(self, request: web.Request) -> Run | None:
        asked = request.match_info["run"]
        run = self.runs.get(int(asked)) if asked.isdigit() else None
        return run if run and run.repository == _repository(request) else None


def _repository(request: web.Request) -> str:
    return f"{request.match_info['owner']}/{request.match_info['repo']}"


def _said(status: int, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
    body = {"message": message, "documentation_url": "https://docs.github.example/rest", "status": str(status)}
    return web.json_response(body, status=status, headers=headers)
