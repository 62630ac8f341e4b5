"""Whole examples of everything that Slack's types describe, and every way to spoil one place of them."""

import copy
import json
from collections.abc import Iterator
from typing import Any

from tests.support.payloads import definitions

Json = dict[str, Any]
FOREIGN = "unheard_of"
NOT_BESIDE = {"option_groups": "options", "has_header_divider": "is_collapsible"}
ONLY = {"file": {"source": "remote"}, "task_card": {"status": "complete"}}
PLAINEST = {"string": "1", "number": 1, "boolean": True}


def examples(name: str) -> list[Any]:
    """Each with all its properties, one for each kind and each place that takes several kinds."""
    return [_possible(one) for one in _all_of(definitions()[name])]


def _all_of(node: Json) -> list[Any]:
    if "$ref" in node:
        return _all_of(definitions()[node["$ref"].rpartition("/")[2]])
    if "allOf" in node or "anyOf" in node:
        ways = [rule["then"] for rule in node.get("allOf", ())] or node["anyOf"]
        return [one for way in ways for one in _all_of(way)]
    if "const" in node or "enum" in node:
        return [node.get("const", node.get("enum", [None])[0])]
    if node.get("type") == "object":
        return _objects(node)
    return [[one] for one in _all_of(node["items"])] if node.get("type") == "array" else [PLAINEST[node["type"]]]


def _objects(node: Json) -> list[Json]:
    ways = {key: _all_of(one) for key, one in node.get("properties", {}).items()}
    whole = {key: some[0] for key, some in ways.items()}
    others = [{**whole, key: one} for key, some in ways.items() for one in some[1:]]
    return [whole, *others]


def _possible(value: Any) -> Any:
    """Without what the types allow side by side, and the reference does not."""
    if isinstance(value, list):
        return [_possible(one) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _possible(one) for key, one in value.items() if NOT_BESIDE.get(key) not in value}
    if kept.get("type") != "overflow":
        kept = {key: _without_addresses(one) if "option" in key else one for key, one in kept.items()}
    kept |= {key: one for key, one in ONLY.get(kept.get("type", ""), {}).items() if key in kept}
    if kept.get("type") == "data_table":
        kept["rows"] = [[{"type": "raw_text", "text": "1"}], *kept["rows"]]
    chosen = kept.get("initial_options") or [kept[key] for key in ("initial_option",) if key in kept]
    return {**kept, "options": [*kept["options"], *chosen]} if "options" in kept and chosen else kept


def _without_addresses(options: Any) -> Any:
    """Only an overflow menu's options lead somewhere."""
    if isinstance(options, list):
        return [_without_addresses(one) for one in options]
    if isinstance(options, dict):
        return {key: _without_addresses(one) for key, one in options.items() if key != "url"}
    return options


def spoiled(wholes: list[Json]) -> Iterator[tuple[str, Json]]:
    """What was done, and the whole with it; each place of the grammar is spoiled in each way once."""
    seen: set[str] = set()
    for whole in wholes:
        for path, place, change, value in _changes(whole, (), ""):
            said = f"{place} {change} {json.dumps(value)}"
            if said not in seen:
                seen.add(said)
                yield said, _with(whole, path, change, value)


def _with(whole: Json, path: tuple[Any, ...], change: str, value: Any) -> Json:
    made = copy.deepcopy(whole)
    holder: Any = made
    for step in path[:-1]:
        holder = holder[step]
    if change == "without":
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return made


Change = tuple[tuple[Any, ...], str, str, Any]


def _changes(value: Any, path: tuple[Any, ...], place: str) -> Iterator[Change]:
    """The path to what is changed, and its place in the grammar: the kinds of things it stands in, and their properties.

    What stands in rich text is the same wherever the rich text stands.
    """
    if isinstance(value, dict):
        # a block in a container is a block as any other
        place = "" if place in {"/container.child_blocks[]", "/carousel.elements[]"} else place
        here = f"{place}/{value['type']}" if "type" in value else place
        yield (*path, FOREIGN), f"{here}.{FOREIGN}", "with", 1
        for key, one in value.items():
            yield (*path, key), f"{here}.{key}", "without", None
            for other in (FOREIGN, 1, {}, *_other_kinds(one)):
                if other != one:
                    yield (*path, key), f"{here}.{key}", "as", other
            yield from _changes(
                one, (*path, key), f"{here if value.get('type') != 'rich_text' else '/rich_text'}.{key}"
            )
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield (*path, index), f"{place}[]", "as", 1
            yield from _changes(one, (*path, index), f"{place}[]")


def _other_kinds(value: Any) -> list[Any]:
    """The same text written in the other way."""
    if isinstance(value, dict) and value.get("type") in {"plain_text", "mrkdwn"}:
        return [{"type": kind, "text": value["text"]} for kind in ("plain_text", "mrkdwn") if kind != value["type"]]
    return []
