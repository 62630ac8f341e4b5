"""Turns a table into frozen settings, or says what is wrong with a key of it and what to write."""

from collections.abc import Mapping
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


def sentence(where: str, key: str, error: ErrorDetails) -> str:
    """ "makegood.toml: slack.error_channels: write a list, as in …" """
    match error["type"]:
        case "extra_forbidden":
            return f"{where}: {key} is not a setting of Makegood. Is it misspelt?"
        case "missing":
            return f"{where}: {key} is missing. Write it, or leave the whole table out."
        case "value_error":  # a sentence of our own
            return f"{where}: {key}: {error['ctx']['error']}."
        case kind:
            said = _WRITE.get(kind) or error["msg"][0].lower() + error["msg"][1:]
            return f"{where}: {key}: {said}."


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
        raise Misconfigured(sentence(where, (names or {}).get(key, key), first)) from None
