"""QuickAdmin's own code: what its pages do. Two real bugs live here, one brought out by data, one by a release."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
Metadata = dict[str, Any]

SLOTS = ("slot-1", "slot-2", "slot-3", "slot-4", "slot-5")
FIRST_WITHOUT_SLOT_LIMIT = (1, 4, 2)


def version(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split("."))


def generate_panel(menus: Sequence[Row], metadata: Metadata, plan: str = "trial") -> list[dict[str, Any]]:
    """One section per menu. A menu without a crud is the bug: nobody thought of one that was left half made."""
    sections = []
    for menu in menus:
        metadata["crud"] = {"id": menu["id"], "menu_id": menu["id"], "table": "menus", "name": menu["name"]}
        if plan != "trial":
            sections.append(paid_section(menu))
            continue
        crud = menu["crud"]
        sections.append({"title": menu["name"], "model": crud["model"], "fields": crud["fields"]})
    return sections


def paid_section(menu: Row) -> dict[str, Any]:
    """Who pays gets the number of fields behind the name. The same bug stands here once more, at a place of its own."""
    crud = menu["crud"]
    fields = crud["fields"]
    return {"title": f"{menu['name']} ({len(fields)})", "model": crud["model"], "fields": fields}


def next_slot(servers: Sequence[Row], release: str, metadata: Metadata) -> str:
    """Where the next server goes. Up to 1.4.1 slots come from a fixed list of five: the sixth server is the bug."""
    metadata["servers"] = {"number": len(servers), "release": release}
    if version(release) >= FIRST_WITHOUT_SLOT_LIMIT:
        return f"slot-{len(servers) + 1}"
    return SLOTS[len(servers)]
