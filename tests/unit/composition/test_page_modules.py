"""The demo's page is modules that no bundler has looked at: a name that nobody imported would fail only under somebody's finger."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "bot" / "demo" / "page" / "js"
FILES = sorted(FOLDER.rglob("*.js"))
_COMMENT = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)
_EXPORTED = re.compile(r"^export (?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)
_IMPORTED = re.compile(r"import \{([^}]*)\}")
_CALLED = re.compile(r"(?<![\w.$\"'-])(\w+)\(")
_OWN = re.compile(r"(?:function|const|let) (\w+)|(?:const|let) [\[{]([^=]*)[\]}] =|\(([^()]*)\) ?(?:=>|\{)|(\w+) =>")


def _names(found: str) -> set[str]:
    return set(re.findall(r"\w+", found))


def _own(text: str) -> set[str]:
    return {name for found in _OWN.findall(text) for part in found for name in _names(part)}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(FOLDER)))
def test_a_module_imports_whatever_it_calls_of_others(file: Path) -> None:
    exported = {name for other in FILES for name in _EXPORTED.findall(other.read_text())}
    text = _COMMENT.sub("", file.read_text())
    imported = {name for found in _IMPORTED.findall(text) for name in _names(found)}
    assert _names(" ".join(_CALLED.findall(text))) & exported <= imported | _own(text)
