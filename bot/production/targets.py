"""The targets of the settings: production databases, hosts and HTTP services, by name."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, SecretStr, Tag, ValidationInfo, field_validator
from sqlalchemy.engine import make_url

from bot.bug.permissions.modes import Mode
from bot.bug.values import Frozen
from bot.outgoing.address import usable


def _columns(key: Any) -> Any:
    """One column, "a,b", or a list of them."""
    return tuple(part.strip() for part in key.split(",")) if isinstance(key, str) else key


Key = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_columns), Field(min_length=1)]
Keys = Mapping[str, Key]


class SqlTarget(Frozen):
    """A production database."""

    kind: Literal["sql"] = "sql"
    name: str
    mode: Mode | None = None
    """What becomes of fixes here; None: what `mode` says for all."""
    url: SecretStr
    read_url: SecretStr | None = None
    """Looks and previews read here; None: the same database, in a read-only transaction."""
    copy_url: SecretStr | None = None
    """A restored backup, or a branch: where `makegood try` rehearses. None: nowhere."""
    tables: Keys
    """What actions may touch, each with its key: {"menus": "id", "billing.invoices": "id", "seats": ["org", "usr"]}."""
    hide: tuple[str, ...] = ()
    """What nobody sees and no action writes: ("users.password",)."""
    volatile: tuple[str, ...] = ()
    """Columns that change by themselves, with their row: ("menus.updated_at",), or ("updated_at",) in every table."""
    row_limit: int = Field(default=50, ge=1, le=1000)
    """Most rows that one run may change, cascades included."""
    statement_timeout: float = Field(default=10, gt=0)
    lock_timeout: float = Field(default=3, gt=0)

    @field_validator("url", "read_url", "copy_url")
    @classmethod
    def _an_address(cls, url: SecretStr | None) -> SecretStr | None:
        return None if url is None else SecretStr(usable(url.get_secret_value()))

    def changing(self, table: str) -> frozenset[str]:
        """Names of volatile columns, of which the table has some."""
        return frozenset(v.rpartition(".")[2] for v in self.volatile if v.rpartition(".")[0] in ("", table))

    def hidden(self, table: str) -> frozenset[str]:
        """As the settings write the table; the engine knows its other names as well."""
        return frozenset(h.rpartition(".")[2] for h in self.hide if h.rpartition(".")[0] == table)


class SshTarget(Frozen):
    """Production hosts. Their keys are always checked against `known_hosts`."""

    kind: Literal["ssh"] = "ssh"
    name: str
    mode: Mode | None = None
    """As with a database."""
    hosts: tuple[str, ...] = Field(min_length=1)
    """"web1.example.com" or "web1.example.com:2222"."""
    user: str
    known_hosts: Path
    key: Path
    passphrase: SecretStr | None = None
    connect_timeout: float = Field(default=10, gt=0)


RELEASE = "{release}"


class HttpTarget(Frozen):
    """An HTTP service; every call goes below `base_url`. On GitHub or GitLab it may say what is rolled out from there."""

    kind: Literal["http"] = "http"
    name: str
    mode: Mode | None = None
    """As with a database."""
    base_url: str = Field(pattern=r"^https?://[^/\s]")
    headers: Mapping[str, SecretStr] = Field(default_factory=dict)
    """Sent with every call: {"Authorization": "Bearer …"}."""
    idempotency_header: str = ""
    """"Idempotency-Key" where the service honours one; empty: a cut-off call is unknown."""
    timeout: float = Field(default=10, gt=0)
    repository: str = Field(default="", pattern=r"^$|^[\w.-]+/[\w.-]+$")
    """"acme/shop", where base_url is GitHub's API: what roll-outs there deploy."""
    project: str = Field(default="", pattern=r"^$|^[\w.-]+(/[\w.-]+)*$")
    """"acme/shop", where base_url is GitLab's API."""
    workflow: str = Field(default="deploy.yml", pattern=r"^[\w.-]+$")
    """The workflow that rolls it out, on GitHub."""
    ref: str = "main"
    """The branch or tag whose workflow runs; "{release}": the release's own."""
    release_input: str = ""
    """The workflow's input, or the pipeline's variable, that takes the release; empty: "release", on GitLab "RELEASE"."""
    environment: str = "production"
    """Its deployments say which release is live."""
    names_its_run: bool = True
    """GitHub answers a start with its run; an Enterprise server from before February 2026 refuses to be asked for it."""

    @field_validator("project")
    @classmethod
    def _one_of_both(cls, project: str, info: ValidationInfo) -> str:
        if project and info.data.get("repository"):
            raise ValueError("write repository (GitHub) or project (GitLab), not both")
        return project


class Elsewhere(Frozen):
    """A target whose credentials another process holds: known here by name, kind and tables, for forms."""

    kind: Literal["sql", "ssh", "http"]
    name: str
    mode: Mode | None = None
    """As with a database."""
    tables: Keys = Field(default_factory=dict)


Target = SqlTarget | SshTarget | HttpTarget | Elsewhere


KINDS = {"url": "sql", "hosts": "ssh", "base_url": "http"}


def described(name: str, table: Any) -> Any:
    """A table of the settings with its kind, which follows from what it has: a url is a database, hosts are hosts, …"""
    if not isinstance(table, Mapping):
        return table
    for key, kind in KINDS.items():
        if key in table:
            return {**table, "name": name, "kind": kind}
    if "kind" in table or "tables" in table:
        return {"kind": "sql", **table, "name": name}
    raise ValueError(
        "write url = (a database), hosts = (machines) or base_url = (a service); or only its kind where another process has them"
    )


def _tag(target: Any) -> str | None:
    """What a target has says what it is; without credentials it is another process's."""
    if isinstance(target, Frozen):
        return "elsewhere" if isinstance(target, Elsewhere) else str(getattr(target, "kind", ""))
    return next((kind for key, kind in KINDS.items() if key in target), "elsewhere")


AnyTarget = Annotated[
    Annotated[SqlTarget, Tag("sql")]
    | Annotated[SshTarget, Tag("ssh")]
    | Annotated[HttpTarget, Tag("http")]
    | Annotated[Elsewhere, Tag("elsewhere")],
    Discriminator(_tag),
]


def place_of(target: Target) -> str:
    """What a target is and where, as one number: another address, host, user or table is another place, a new password is not."""
    return hashlib.sha256(json.dumps(_place(target), sort_keys=True, default=str).encode()).hexdigest()


def _place(target: Target) -> Mapping[str, Any]:
    if isinstance(target, SqlTarget):
        return {
            "url": _bare(target.url),
            "read_url": _bare(target.read_url),
            "tables": dict(target.tables),
            "hide": sorted(target.hide),
        }
    if isinstance(target, SshTarget):
        return {"hosts": target.hosts, "user": target.user}
    if isinstance(target, HttpTarget):
        called = {"base_url": target.base_url, "headers": sorted(target.headers), "key": target.idempotency_header}
        return {**called, **_rolled_out(target)}
    return {"elsewhere": target.name}


def _rolled_out(target: HttpTarget) -> Mapping[str, Any]:
    """Nothing where nothing is rolled out there: its place is what it always was."""
    if not (target.repository or target.project):
        return {}
    names = ("repository", "project", "workflow", "ref", "release_input", "environment")
    return {name: getattr(target, name) for name in names}


@lru_cache(maxsize=64)
def _bare(url: SecretStr | None) -> str:
    bare = make_url(url.get_secret_value()).set(password=None) if url else None
    return bare.render_as_string(hide_password=False) if bare else ""


def secrets_of(targets: Mapping[str, Target]) -> tuple[str, ...]:
    """Every secret of the targets, so that no output shows one."""
    found: list[SecretStr] = []
    for target in targets.values():
        if isinstance(target, SqlTarget):
            found += [url for url in (target.url, target.read_url, target.copy_url) if url]
        elif isinstance(target, SshTarget):
            found += [target.passphrase] if target.passphrase else []
        elif isinstance(target, HttpTarget):
            found += target.headers.values()
    return tuple(s.get_secret_value() for s in found)
