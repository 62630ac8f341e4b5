"""Who plays in which story."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.demo.world.tables import BAD_MENU, BEN, MIA, OTTO, SECOND_BAD_MENU
from bot.demo.world.tour import Story


@dataclass(frozen=True, kw_only=True)
class Customer:
    name: str
    email: str
    page: str
    """Where the story begins, below the shop's own address."""
    menu: int = BAD_MENU
    """Whose row breaks their page."""

    @property
    def first_name(self) -> str:
        return self.name.partition(" ")[0]


CAST: Mapping[Story, Customer] = {
    "one": Customer(name="Mia Lindqvist", email=MIA, page="/"),
    "two": Customer(name="Ben Okafor", email=BEN, page="/servers"),
}
ANOTHER = Customer(name="Otto Brandt", email=OTTO, page="/", menu=SECOND_BAD_MENU)
"""Meets the first story's bug once more, after it: the team remembers what helped."""
