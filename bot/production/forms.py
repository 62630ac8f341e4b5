"""Turns an action's parameters into a form, and what was filled in into an action. Pure."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, TypeVar, get_args

from pydantic import BaseModel, SecretStr, ValidationError, create_model
from pydantic.dataclasses import dataclass
from pydantic.fields import FieldInfo

from bot.bug.errors import Invalid
from bot.bug.values import CLOSED
from bot.production.action import MASK, Action, FromLook, FromTables, Look

Kind = Literal["text", "integer", "number", "choice", "boolean", "date", "datetime", "secret"]
Call = TypeVar("Call", bound=BaseModel)


@dataclass(frozen=True, kw_only=True, slots=True, config=CLOSED)
class Field:
    """One field of the form."""

    name: str
    label: str
    kind: Kind
    required: bool = True
    choices: tuple[str, ...] = ()
    help: str = ""
    min: float | None = None
    max: float | None = None
    pattern: str = ""
    min_length: int | None = None
    max_length: int | None = None
    default: str = ""
    menu: FromLook | None = None
    """Its choices are the rows of this look."""
    from_tables: bool = False
    """Its choices are the tables of the target."""
    verbatim: bool = False
    """Taken to the letter."""
    key_of: str = ""
    """It holds the key of a row of the table that this field names."""


def fields(cls: type[Action | Look]) -> tuple[Field, ...]:
    """The form of an action or a look, in the order its author wrote."""
    return _fields(cls)


@lru_cache(maxsize=256)
def _fields(cls: type[Action | Look]) -> tuple[Field, ...]:
    schema = cls.model_json_schema()
    shapes = schema.get("properties", {})
    return tuple(_field(cls, name, info, _flat(shapes[name], schema)) for name, info in cls.model_fields.items())


def parse(cls: type[Call], values: Mapping[str, str]) -> Call:
    """What was filled in; empty fields count as not filled in, but for those that are taken to the letter.

    Raises Invalid with a sentence for each wrong field.
    """
    exact = to_the_letter(cls)
    filled = {name: text if name in exact else text.strip() for name, text in values.items()}
    try:
        return cls.model_validate({name: text for name, text in filled.items() if text or name in exact})
    except ValidationError as error:
        wrong = {str(e["loc"][0]) if e["loc"] else "": _sentence(cls, e) for e in error.errors(include_url=False)}
    said = "; ".join(f"{name}: {sentence}" if name else sentence for name, sentence in wrong.items())
    raise Invalid(f"{getattr(cls, 'slug', '') or cls.__name__}: {said}", wrong)


def to_the_letter(cls: type[Any]) -> frozenset[str]:
    """Parameters whose blanks and emptiness mean something."""
    return frozenset(getattr(cls, "verbatim", ())) | frozenset(getattr(cls, "key_of", ()))


def remembered(cls: type[Call], values: Mapping[str, str]) -> Call:
    """The same of a run that was asked for earlier: secrets that are forgotten by now stay masked, whatever their own rules."""
    masked = [name for name, text in values.items() if text == MASK and _is_secret(cls.model_fields.get(name))]
    if not masked:
        return parse(cls, values)
    kept: dict[str, Any] = {name: (SecretStr, SecretStr(MASK)) for name in masked}
    again: type[Call] = create_model(cls.__name__, __base__=cls, **kept)
    return parse(again, {name: text for name, text in values.items() if name not in masked})


def _is_secret(field: FieldInfo | None) -> bool:
    return field is not None and SecretStr in (field.annotation, *get_args(field.annotation))


def _flat(shape: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """One level of JSON schema without references and without the "or null" of optional fields."""
    parts = [p for p in shape.get("anyOf", ()) if p.get("type") != "null"]
    flat = {**(parts[0] if parts else {}), **{k: v for k, v in shape.items() if k != "anyOf"}}
    if "$ref" in flat:
        flat = {**schema["$defs"][flat["$ref"].rpartition("/")[2]], **flat}
    return flat


def _field(cls: type[Action | Look], name: str, info: FieldInfo, shape: Mapping[str, Any]) -> Field:
    return Field(
        name=name,
        label=info.title or name.replace("_", " ").capitalize(),
        kind=_kind(info, shape),
        required=info.is_required(),
        choices=_choices(shape),
        help=info.description or "",
        min=shape.get("minimum", shape.get("exclusiveMinimum")),
        max=shape.get("maximum", shape.get("exclusiveMaximum")),
        pattern=shape.get("pattern", "") if shape.get("type") == "string" else "",
        min_length=shape.get("minLength"),
        max_length=shape.get("maxLength"),
        default=_text(shape.get("default")),
        menu=next((m for m in info.metadata if isinstance(m, FromLook)), None),
        from_tables=any(isinstance(m, FromTables) for m in info.metadata),
        verbatim=name in to_the_letter(cls),
        key_of=cls.key_of.get(name, ""),
    )


def _kind(info: FieldInfo, shape: Mapping[str, Any]) -> Kind:
    if _choices(shape) or any(isinstance(m, FromLook | FromTables) for m in info.metadata):
        return "choice"
    formats: dict[str, Kind] = {"date": "date", "date-time": "datetime", "password": "secret"}
    types: dict[str, Kind] = {"integer": "integer", "number": "number", "boolean": "boolean"}
    return formats.get(shape.get("format", "")) or types.get(shape.get("type", "")) or "text"


def _choices(shape: Mapping[str, Any]) -> tuple[str, ...]:
    values = shape.get("enum", [shape["const"]] if "const" in shape else [])
    return tuple(map(str, values))


def _text(default: Any) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return "" if default is None else str(default)


_SENTENCES = {
    "missing": "Please fill this in.",
    "int_parsing": "This must be a whole number.",
    "int_from_float": "This must be a whole number.",
    "float_parsing": "This must be a number.",
    "decimal_parsing": "This must be a number.",
    "bool_parsing": "This must be yes or no.",
    "literal_error": "This must be one of: {expected}.",
    "enum": "This must be one of: {expected}.",
    "greater_than_equal": "This must be at least {ge}.",
    "greater_than": "This must be more than {gt}.",
    "less_than_equal": "This must be at most {le}.",
    "less_than": "This must be less than {lt}.",
    "string_too_short": "This needs at least {min_length} characters.",
    "string_too_long": "This may have at most {max_length} characters.",
    "date_from_datetime_parsing": "This must be a date such as 2026-03-31.",
    "date_parsing": "This must be a date such as 2026-03-31.",
    "datetime_from_date_parsing": "This must be a moment such as 2026-03-31T14:00Z.",
    "datetime_parsing": "This must be a moment such as 2026-03-31T14:00Z.",
    "string_pattern_mismatch": "This does not have the expected form ({pattern}).",
}


def _sentence(cls: type[BaseModel], error: Any) -> str:
    kind = error["type"]
    if kind == "extra_forbidden":
        return f"There is no such parameter. There is: {', '.join(cls.model_fields) or 'none'}."
    if kind in _SENTENCES:
        return _SENTENCES[kind].format(**error.get("ctx", {}))
    return str(error["msg"]).removeprefix("Value error, ").rstrip(".") + "."
