"""Turns a table into frozen settings, or says what is wrong with a key of it and what to write."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.bug.errors import Misconfigured

NO_FILE = "There is no {}. `makegood init` asks a few questions and writes it."

_WRITE = {
    "tuple_type": 'write a list, as in ["one", "two"]',
    "string_type": "write a text in quotes",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "model_type": "write a table with its keys",
    "dict_type": "write a table with its keys",
    "mapping_type": "write a table with its keys",
    "model_attributes_type": "write a table with its keys",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "float_type": "write a number",
    "float_parsing": "write a number",
    "string_too_short": "it is empty; write at least one",
    "too_short": "it is empty; write at least one",
    "union_tag_invalid": "there is no such kind",
}
"""By pydantic's name of the mistake; the others are said in pydantic's own words."""
_LIKE = {
    r"^[A-Z]{3}$": "EUR, in three capital letters",
    r"^https?://": "https://example.com",
    r"^https?://[^/\s]": "https://api.example.com",
    r"^$|^[\w.-]+/[\w.-]+$": "acme/shop",
    r"^$|^[\w.-]+(/[\w.-]+)*$": "acme/shop",
    r"^[\w.-]+$": "deploy.yml",
}
"""By the pattern that a text does not have: what has it."""


def sentence(where: str, key: str, error: ErrorDetails, meant: str = "Is it misspelt?") -> str:
    """ "makegood.toml: slack.error_channels: write a list, as in …" """
    match error["type"]:
        case "extra_forbidden":
            return f"{where}: {key} is not a setting of Makegood. {meant}"
        case "missing":
            return f"{where}: {key} is missing. Write it, or leave the whole table out."
        case "value_error":  # a sentence of our own
            return f"{where}: {key}: {_ended(str(error['ctx']['error']))}"
        case "string_pattern_mismatch" if like := _LIKE.get(error["ctx"]["pattern"]):
            return f"{where}: {key}: write it as in {like}."
        case kind:
            said = _WRITE.get(kind) or error["msg"][0].lower() + error["msg"][1:]
            return f"{where}: {key}: {said}."


def _ended(said: str) -> str:
    return said if said.endswith(("?", ".")) else f"{said}."


def _meant(model: type[BaseModel], unknown: Sequence[int | str]) -> str:
    """What whoever wrote an unknown key probably meant: one that is like it, or one that stands elsewhere in the file."""
    *tables, name = map(str, unknown)
    if tables and name in model.model_fields:
        return f"{name} belongs at the top of the file, above its first [table]."
    known = _of_table(model, tables)
    near = get_close_matches(name.lower(), known, n=1)
    return f"Did you mean {near[0]}?" if near else "Is it misspelt?"


def _of_table(model: type[BaseModel], tables: Iterable[str]) -> list[str]:
    """The keys that a table may have; of one whose names people choose (`[hooks.…]`), none are known here."""
    for table in tables:
        inner = model.model_fields[table].annotation if table in model.model_fields else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        model = inner
    return list(model.model_fields)


M = TypeVar("M", bound=BaseModel)


def validate(model: type[M], data: Mapping[str, Any], where: str, names: Mapping[str, str] | None = None) -> M:
    """The frozen settings, or Misconfigured with one line: the key (as people write it: `names`), what is wrong, what to write."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        # a misspelt key is the reason why another one is missing: it comes first
        first = next((x for x in found if x["type"] == "extra_forbidden"), found[0])
        key = ".".join(str(part) for part in first["loc"] if part not in {"sql", "ssh", "http", "elsewhere"})
        meant = _meant(model, first["loc"]) if first["type"] == "extra_forbidden" else ""
        raise Misconfigured(sentence(where, (names or {}).get(key, key), first, meant)) from None
