"""Checks of the blocks that carry data: tables, charts, plans of tasks."""

from typing import Any

from slackblocks import _limits as limits

from bot.demo.slack.finder import MANY, Finder
from bot.demo.slack.validate_rich import rich_text_block

_STATES = frozenset({"pending", "in_progress", "complete", "error"})


def table(finder: Finder, path: str, block: dict[str, Any]) -> None:
    rows = finder.items(f"{path}.rows", block.get("rows"), most=limits.TABLE_ROWS_MAX_ITEMS)
    for index, row in enumerate(rows):
        for column, cell in enumerate(finder.items(f"{path}.rows[{index}]", row, most=limits.TABLE_COLUMNS_MAX_ITEMS)):
            _cell(finder, f"{path}.rows[{index}][{column}]", cell, {"raw_text", "raw_number", "rich_text"})
    if "column_settings" in block:
        settings = finder.items(
            f"{path}.column_settings", block["column_settings"], least=0, most=limits.TABLE_COLUMNS_MAX_ITEMS
        )
        for index, one in enumerate(settings):
            _column(finder, f"{path}.column_settings[{index}]", one)


def _column(finder: Finder, path: str, settings: Any) -> None:
    if settings is None or not finder.is_object(path, settings):
        return
    finder.only(path, settings, {"align", "is_wrapped"})
    finder.one_of(f"{path}.align", settings.get("align", "left"), {"left", "center", "right"})


def data_table(finder: Finder, path: str, block: dict[str, Any]) -> None:
    finder.string(f"{path}.caption", block.get("caption"), most=MANY)
    finder.number(f"{path}.page_size", block.get("page_size", 5), least=1, most=limits.DATA_TABLE_PAGE_SIZE_MAX)
    rows = finder.items(
        f"{path}.rows", block.get("rows"), least=limits.DATA_TABLE_ROWS_MIN_ITEMS, most=limits.DATA_TABLE_ROWS_MAX_ITEMS
    )
    for index, row in enumerate(rows):
        kinds = {"raw_text", "raw_number"} | ({"rich_text"} if index else set())
        for column, cell in enumerate(
            finder.items(f"{path}.rows[{index}]", row, most=limits.DATA_TABLE_COLUMNS_MAX_ITEMS)
        ):
            _cell(finder, f"{path}.rows[{index}][{column}]", cell, kinds)
    if len({len(row) for row in rows if isinstance(row, list)}) > 1:
        finder.say(f"{path}.rows", "must all have the same number of cells")
    if (length := text_length(rows)) > limits.DATA_TABLE_CONTENT_MAX_LENGTH:
        finder.say(
            f"{path}.rows", f"must have at most {limits.DATA_TABLE_CONTENT_MAX_LENGTH} characters, have {length}"
        )


def text_length(value: Any) -> int:
    """All characters under a `text` key, however deep."""
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(text_length(nested) for nested in value.values())
    return sum(text_length(item) for item in value) if isinstance(value, list) else 0


def _cell(finder: Finder, path: str, cell: Any, kinds: set[str]) -> None:
    if not finder.is_object(path, cell):
        return
    finder.one_of(f"{path}.type", cell.get("type"), kinds)
    if cell.get("type") == "rich_text":
        rich_text_block(finder, path, cell)
        return
    finder.only(path, cell, {"type", "text"} | ({"value"} if cell.get("type") == "raw_number" else set()))
    if cell.get("type") in ("raw_text", "raw_number"):
        finder.string(f"{path}.text", cell.get("text"), most=MANY)
    if cell.get("type") == "raw_number":
        finder.number(f"{path}.value", cell.get("value"))


def data_visualization(finder: Finder, path: str, block: dict[str, Any]) -> None:
    finder.string(f"{path}.title", block.get("title"), most=limits.DATA_VISUALIZATION_TITLE_MAX_LENGTH)
    chart = block.get("chart")
    if not isinstance(chart, dict):
        finder.say(f"{path}.chart", "must be an object")
        return
    finder.one_of(f"{path}.chart.type", chart.get("type"), {"pie", "bar", "area", "line"})
    check = _pie if chart.get("type") == "pie" else _axes
    check(finder, f"{path}.chart", chart)


def _pie(finder: Finder, path: str, chart: dict[str, Any]) -> None:
    segments = finder.items(
        f"{path}.segments", chart.get("segments"), most=limits.DATA_VISUALIZATION_SEGMENTS_MAX_ITEMS
    )
    for index, segment in enumerate(segments):
        _point(finder, f"{path}.segments[{index}]", segment)
        if isinstance(segment, dict) and segment.get("value") == 0:
            finder.say(f"{path}.segments[{index}].value", "must be greater than 0")


def _axes(finder: Finder, path: str, chart: dict[str, Any]) -> None:
    axes = chart.get("axis_config")
    axes = axes if isinstance(axes, dict) else {}
    categories = finder.items(
        f"{path}.axis_config.categories", axes.get("categories"), most=limits.DATA_VISUALIZATION_CATEGORIES_MAX_ITEMS
    )
    for index, category in enumerate(categories):
        where = f"{path}.axis_config.categories[{index}]"
        finder.string(where, category, most=limits.DATA_VISUALIZATION_CATEGORY_LABEL_MAX_LENGTH)
    finder.unique(f"{path}.axis_config.categories", categories, "categories")
    for label in ("x_label", "y_label"):
        finder.optional_string(f"{path}.axis_config", axes, label, most=limits.DATA_VISUALIZATION_AXIS_LABEL_MAX_LENGTH)
    series = finder.items(f"{path}.series", chart.get("series"), most=limits.DATA_VISUALIZATION_SERIES_MAX_ITEMS)
    for index, one in enumerate(series):
        if finder.is_object(f"{path}.series[{index}]", one):
            _series(finder, f"{path}.series[{index}]", one, categories)


def _series(finder: Finder, path: str, series: dict[str, Any], categories: list[Any]) -> None:
    finder.string(f"{path}.name", series.get("name"), most=limits.DATA_VISUALIZATION_SERIES_NAME_MAX_LENGTH)
    points = finder.items(f"{path}.data", series.get("data"), most=limits.DATA_VISUALIZATION_DATA_MAX_ITEMS)
    for index, point in enumerate(points):
        _point(finder, f"{path}.data[{index}]", point)
    labels = [point.get("label") for point in points if isinstance(point, dict)]
    if sorted(map(str, labels)) != sorted(map(str, categories)):
        finder.say(f"{path}.data", "must have exactly one point for every category")


def _point(finder: Finder, path: str, point: Any) -> None:
    if finder.is_object(path, point):
        finder.string(f"{path}.label", point.get("label"), most=limits.DATA_VISUALIZATION_POINT_LABEL_MAX_LENGTH)
        finder.number(f"{path}.value", point.get("value"))


def plan(finder: Finder, path: str, block: dict[str, Any]) -> None:
    finder.string(f"{path}.title", block.get("title"), most=MANY)
    tasks = finder.items(f"{path}.tasks", block.get("tasks"), least=0, most=limits.PLAN_TASKS_MAX_ITEMS)
    for index, task in enumerate(tasks):
        if finder.is_object(f"{path}.tasks[{index}]", task):
            _task(finder, f"{path}.tasks[{index}]", task)
    finder.unique(f"{path}.tasks", [task.get("task_id") for task in tasks if isinstance(task, dict)], "task_id")


def task_card(finder: Finder, path: str, block: dict[str, Any]) -> None:
    _task(finder, path, block)
    if block.get("status") == "pending":
        finder.say(f"{path}.status", "only a plan's tasks can be pending")


def _task(finder: Finder, path: str, task: dict[str, Any]) -> None:
    finder.string(f"{path}.task_id", task.get("task_id"), most=MANY)
    finder.string(f"{path}.title", task.get("title"), most=MANY)
    finder.one_of(f"{path}.status", task.get("status"), _STATES)
    for key in {"details", "output"} & task.keys():
        rich_text_block(finder, f"{path}.{key}", task[key])
    if "sources" in task:
        for index, one in enumerate(finder.items(f"{path}.sources", task["sources"], least=0, most=MANY)):
            _source(finder, f"{path}.sources[{index}]", one)


def _source(finder: Finder, path: str, source: Any) -> None:
    if finder.is_object(path, source):
        finder.only(path, source, {"type", "url", "text"})
        finder.one_of(f"{path}.type", source.get("type"), {"url"})
        for key in ("url", "text"):
            finder.string(f"{path}.{key}", source.get(key), most=MANY)
