"""One of `[probes.NAME]`, as the settings have it."""

from collections.abc import Mapping
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from bot.bug.values import Frozen

PAGE = "{page}"
"""In a probe's url: the path and query of the bug's page."""


class ProbeSettings(Frozen):
    """One check that shows a problem before a fix and its absence after: a page, or a look and how many rows it has."""

    url: str = ""
    expect: int = Field(default=200, ge=100, le=599)
    """The HTTP status of a page that works."""
    contains: str = ""
    """What stands on a page that works."""
    look: str = ""
    """Instead of a url: the name of a look …"""
    params: Mapping[str, str] = Field(default_factory=dict)
    rows: int = Field(default=0, ge=0)
    """… and how many rows it has when all is well."""
    page: str = ""
    """Bugs on a page that contains this are probed here; empty: every bug."""
    smoke: bool = False
    """Shows that nothing else broke."""
    on: Literal["production", "development"] = "production"
    """Where it looks. Probes on development only say whether a bug can be reproduced there."""

    @property
    def takes_page(self) -> bool:
        """Whether it asks the very page on which the bug happened."""
        return PAGE in self.url

    def address(self, page: str) -> str:
        """Where it looks. Of the bug's page only the path and the query count: the host is that of the settings."""
        parts = urlsplit(page)
        query = f"?{parts.query}" if parts.query else ""
        return self.url.replace(PAGE, f"/{parts.path.lstrip('/')}{query}")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.url) == bool(self.look):
            raise ValueError("write either url = (a page) or look = (a look's name)")
        if self.url and not self.url.startswith(("http://", "https://")):
            raise ValueError("write a whole url, as in https://shop.example.com/menus")
        if self.takes_page and (not self.url.endswith(PAGE) or not urlsplit(self.url.removesuffix(PAGE)).hostname):
            raise ValueError("{page} stands behind the host, at the end: https://shop.example.com{page}")
        return self
