"""The documentation as a test reads it: pages, their sections, tables, links and code."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGES = tuple(sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]))
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Row:
    """A row of a table by its columns' names; inline code keeps its backticks."""

    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


@cache
def text(name: str) -> str:
    return (ROOT / name).read_text()


def prose(page: str) -> str:
    """Without fenced code."""
    return _FENCE.sub("", page)


def blocks(page: str, language: str) -> list[str]:
    found = _FENCE.finditer(page)
    return [_dedented(code, len(indent)) for indent, kind, code in (m.groups() for m in found) if kind == language]


def _dedented(code: str, by: int) -> str:
    return "\n".join(line[by:] for line in code.split("\n"))


def links(page: str) -> list[str]:
    return _LINK.findall(prose(page))


def anchors(page: str) -> set[str]:
    """As the forges make them of headings: small, without punctuation, dashes for spaces."""
    heads = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def sections(page: str) -> dict[str, str]:
    """The text under each heading of the second order."""
    parts = re.split(r"^## (.*)$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(section: str) -> Iterator[Row]:
    """Of the section's one table."""
    lines = [line for line in section.splitlines() if line.startswith("|")]
    head = _cells(lines[0])
    for line in lines[2:]:
        yield Row(dict(zip(head, _cells(line), strict=True)))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split(" | ")]
