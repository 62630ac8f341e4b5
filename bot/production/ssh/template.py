"""Fills a command template: every {parameter} becomes exactly one argument of /bin/sh. Pure."""

import re
import shlex
import string
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import SecretStr

from bot.bug.errors import Invalid, Misconfigured
from bot.production.action import MASK, SshAction

# in these a quoted word is read once more, or not as a word
_TRAPS = (
    (re.compile(r"`"), "a backtick"),
    (re.compile(r"<<"), "a here-document"),
    (re.compile(r"\(\("), "arithmetic"),
    (re.compile(r"\$\{"), "a ${…} expansion"),
    (re.compile(r"(^|\s)#"), "a comment"),
    (re.compile(r"\beval\b|sh\s+-\w*c\b|\bsu\b.*\s-c\b|\bssh\s"), "a shell within the shell"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LINE_BREAK = re.compile(r"[\n\r]")


@dataclass(frozen=True, kw_only=True)
class Command:
    """What runs, and how people see it (secrets masked)."""

    line: str
    shown: str


def fill(template: str, action: SshAction) -> Command:
    """Raises Misconfigured for a template that can't be filled safely, Invalid for a value that may not be in a command."""
    names = placeholders(template)
    values = {name: argument(getattr(action, name)) for name in names if name in type(action).model_fields}
    unknown = [name for name in names if name not in values]
    if unknown:
        raise Misconfigured(
            f"The command of {type(action).slug} names {{{unknown[0]}}}, which is none of its parameters."
        )
    refusals = {
        name: why
        for name, text in values.items()
        if (why := _refusal(text, several_lines=name in type(action).multiline))
    }
    if refusals:
        raise Invalid("Not everything here can stand in a command.", refusals)
    shown = {n: MASK if isinstance(getattr(action, n), SecretStr) else v for n, v in values.items()}
    return Command(line=_fill(template, values), shown=_fill(template, shown))


def dashed(template: str, action: SshAction) -> list[str]:
    """Parameters that begin with a dash where a word begins: the command itself might take them for an option."""
    found = []
    for literal, name in _parts(template):
        starts_a_word = not literal or literal[-1].isspace()
        if name and starts_a_word and " -- " not in literal and argument(getattr(action, name, "")).startswith("-"):
            found.append(name)
    return found


def placeholders(template: str) -> tuple[str, ...]:
    """The parameters that a template names, once each."""
    problem = problem_of(template)
    if problem:
        raise Misconfigured(f"The command “{template}” can't be used: {problem}.")
    return tuple(dict.fromkeys(name for _, name in _parts(template) if name))


def secrets_in(template: str, action: type[SshAction]) -> tuple[str, ...]:
    """The secret parameters that a template names."""
    kinds = {name: field.annotation for name, field in action.model_fields.items()}
    return tuple(name for name in placeholders(template) if SecretStr in (kinds.get(name), *get_args(kinds.get(name))))


def problem_of(template: str) -> str:
    """Why a template can't be filled safely; empty where it can."""
    try:
        parts = list(_parts(template))
    except ValueError as error:
        return f"its braces don't fit ({error}); a brace of the command itself is written twice"
    if not template.strip():
        return "it is empty"
    if any(name is not None and not name.isidentifier() for _, name in parts):
        return "a parameter stands there as {name} and nothing else"
    if any(name for _, name in parts):
        trap = next((words for sign, words in _TRAPS if sign.search(template)), "")
        return (
            f"a parameter and {trap} don't go together; put that into a script on the host" if trap else _quoting(parts)
        )
    return ""


def problems(templates: Mapping[str, str], parameters: Collection[str], secret: Collection[str]) -> list[str]:
    """What is wrong with an action's templates ("command", "undo", "check"), for `makegood actions check`."""
    found = [f"{name}: {problem_of(text)}" for name, text in templates.items() if problem_of(text)]
    names = {n for text in templates.values() if not problem_of(text) for n in placeholders(text)}
    found += [f"{{{name}}} is none of its parameters" for name in sorted(names - set(parameters))]
    undo = templates.get("undo")
    if undo and not problem_of(undo) and (hidden := [name for name in placeholders(undo) if name in secret]):
        found.append(
            f"undo: {{{hidden[0]}}} is secret and forgotten when the run ends, so it could never run; leave it out"
        )
    return found


def argument(value: Any) -> str:
    """A parameter as the text of an argument."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.get_secret_value() if isinstance(value, SecretStr) else str(getattr(value, "value", value))


def _parts(template: str) -> Iterator[tuple[str, str | None]]:
    for literal, name, form, conversion in string.Formatter().parse(template):
        yield literal, (f"{name}:{form}!{conversion}" if form or conversion else name)


def _fill(template: str, values: Mapping[str, str]) -> str:
    return "".join(literal + (shlex.quote(values[name]) if name else "") for literal, name in _parts(template))


def _refusal(text: str, *, several_lines: bool) -> str:
    if _CONTROL.search(text):
        return "Control characters can't be part of a command. Type it anew rather than pasting it."
    if _LINE_BREAK.search(text) and not several_lines:
        return "This has to be a single line."
    return ""


def _quoting(parts: list[tuple[str, str | None]]) -> str:
    """Walks the literal text as the shell would: a parameter may stand only outside quotes, and after no escape or dollar."""
    quote = ""
    for literal, name in parts:
        escaped = False
        for char in literal:
            if escaped:
                escaped = False
            elif char == "\\" and quote != "'":
                escaped = True
            elif char in "'\"" and quote in {"", char}:
                quote = "" if quote else char
        if name and (quote or escaped or literal.endswith("$")):
            return f"{{{name}}} stands in quotes or after \\ or $; leave them away, the engine quotes it"
    return "a quote is never closed" if quote else ""
