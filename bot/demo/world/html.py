"""The pages of QuickAdmin, from templates that escape whatever they are given."""

from pathlib import Path
from typing import Any

from mako.lookup import TemplateLookup

PAGES = Path(__file__).parent / "pages"
STATIC = {"shop.css": "text/css", "chat.js": "text/javascript"}

_lookup = TemplateLookup(directories=[str(PAGES)], default_filters=["h"], input_encoding="utf-8", strict_undefined=True)


def render(page: str, **values: Any) -> str:
    """`self.body()` of a layout is markup already: Mako writes it straight out and returns an empty string."""
    return str(_lookup.get_template(f"{page}.html").render_unicode(**values))


def static(name: str) -> str:
    return (PAGES / name).read_text(encoding="utf-8")
