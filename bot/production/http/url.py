"""Builds the exact URL below the target's base: no value leaves its segment, none names a host. Pure."""

import json
import re
import string
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from bot.bug.errors import Invalid, Misconfigured
from bot.production.action import Request
from bot.production.targets import HttpTarget

_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_ODD_PATH = re.compile(r"^(?!/)|//|[?#\\\s%]|(^|/)\.\.?(/|$)")


def url_of(target: HttpTarget, request: Request) -> str:
    """Raises Misconfigured for a path or base that can't be used, Invalid for a value that can't be one segment."""
    base = urlsplit(target.base_url)
    if base.scheme not in {"http", "https"} or not base.hostname or base.username or base.query or base.fragment:
        raise Misconfigured(
            f"targets.{target.name}.base_url has to look like https://api.example.com, without user or query."
        )
    query = f"?{urlencode(request.query)}" if request.query else ""
    return f"{target.base_url.rstrip('/')}{_path(request)}{query}"


def same_origin(one: str, other: str) -> bool:
    first, second = urlsplit(one), urlsplit(other)
    return (first.scheme, first.hostname, first.port) == (second.scheme, second.hostname, second.port)


def dig(answer: Any, path: str) -> str:
    """ "run.id" in {"run": {"id": 7}} is "7"; empty where there is nothing (or null)."""
    for name in path.split("."):
        answer = answer.get(name) if isinstance(answer, Mapping) else None
    return "" if answer is None or isinstance(answer, Mapping | list) else str(answer)


def plain(answer: str) -> str:
    """A flat JSON object as lines of "name: value"; everything else as it is."""
    try:
        read = json.loads(answer)
    except ValueError:
        return answer
    flat = isinstance(read, dict) and not any(isinstance(value, dict | list) for value in read.values())
    return (
        "\n".join(f"{name}: {value}" for name, value in read.items())
        if flat
        else json.dumps(read, indent=1, ensure_ascii=False)
    )


def _path(request: Request) -> str:
    try:
        parts = list(string.Formatter().parse(request.path))
    except ValueError as error:
        raise Misconfigured(f"The path {request.path!r} can't be used: {error}.") from error
    if _ODD_PATH.search(request.path) or any(form or conversion for _, _, form, conversion in parts):
        raise Misconfigured(
            f"The path {request.path!r} can't be used: it is written /like/this/{{name}}, with no dots, query or host."
        )
    names = [name for _, name, _, _ in parts if name is not None]
    missing = [name for name in names if name not in request.segments]
    if missing:
        raise Misconfigured(f"The path {request.path!r} names {{{missing[0]}}}, which its segments do not fill.")
    refusals = {name: why for name in names if (why := _refusal(request.segments[name]))}
    if refusals:
        raise Invalid("Not everything here can stand in an address.", refusals)
    return "".join(text + (quote(request.segments[name], safe="") if name else "") for text, name, _, _ in parts)


def _refusal(value: str) -> str:
    if not value:
        return "This can't be empty."
    if _CONTROL.search(value):
        return "Control characters can't stand in an address."
    return "This can't be a way up, like “..”." if _climbs(re.split(r"[/\\]", unquote(unquote(value)))) else ""


def _climbs(pieces: Iterable[str]) -> bool:
    return any(piece in {".", ".."} for piece in pieces)
