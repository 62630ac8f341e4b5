"""Files that a page needs are made again."""

from typing import ClassVar

from pydantic import Field

from bot.api import Risk, SshAction


class RegenerateFiles(SshAction):
    """Make the files of one menu again, on every host.

    The old files are replaced by what the database says now; nothing else changes. It can be repeated safely.
    """

    risk = Risk.LOW
    repeatable = True
    command = "regenerate --menu {menu}"
    check = "find files/menu-{menu}.json -mmin -10 | grep -q ."
    timeout = 120
    from_facts: ClassVar = {"menu": ("metaData.crud.menu_id", "metaData.crud.id")}

    menu: int = Field(title="Menu", description="Its number, such as 13", ge=1)

    def lock_key(self) -> str:
        return f"menu/{self.menu}"
