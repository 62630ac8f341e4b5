"""Says what is wrong with a key of makegood.toml, and what to write."""

from pydantic_core import ErrorDetails

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
