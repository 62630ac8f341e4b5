"""Who plays in which story."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.demo.world.tables import BEN, MIA
from bot.demo.world.tour import Story


@dataclass(frozen=True, kw_only=True)
class Customer:
    name: str
    email: str
    page: str
    """Where the story begins, below the shop's own address."""

    @property
    def first_name(self) -> str:
        return self.name.partition(" ")[0]


CAST: Mapping[Story, Customer] = {
    "one": Customer(name="Mia Lindqvist", email=MIA, page="/"),
    "two": Customer(name="Ben Okafor", email=BEN, page="/servers"),
}
