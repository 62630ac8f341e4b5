"""The bug's card on the team's board, and what people do with it there."""

from dataclasses import replace
from datetime import datetime

from bot.bug.bug import BoardCard, Bug
from bot.bug.event import Inert, Outcome, Text
from bot.bug.words import Foreign, Link, Part, Person, Quote, Words

ICON = "card_index"


def _who(name: str, by: str) -> Part:
    """The board's own name for somebody, or whoever brought the news."""
    return Foreign(name, 60) if name else Person(by)


class BoardCardMade(Outcome):
    """The bug has a card on the board: made, or adopted from the tracker."""

    KIND = "board_card_made"
    id: str
    url: str
    adopted: bool = False

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, board=BoardCard(id=self.id, url=self.url))

    def line(self, _bug: Bug, _by: str) -> Words:
        did = "Adopted the " if self.adopted else "Made a "
        return Words(ICON, (did, Link(self.url, "board card")), minor=True)


class BoardCardMoved(Outcome):
    """Somebody moved the card on the board."""

    KIND = "board_card_moved"
    stage: str
    by: Text = ""
    engaged: bool = False
    """It would have paid the proper fix, and a fix was not at its known end."""

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, board=replace(bug.board, stage=self.stage) if bug.board else None)

    def line(self, bug: Bug, by: str) -> Words:
        moved = (_who(self.by, by), " moved the board card to ", Foreign(self.stage, 60))
        first = f"; nothing is paid by that while a fix is not at its end. Settle it, then `/bug paid {bug.ref}`"
        return Words(ICON, (*moved, first) if self.engaged else moved)


class BoardCardGone(Outcome):
    """Somebody deleted the card on the board; a bug that still lives gets another one."""

    KIND = "board_card_gone"
    by: Text = ""

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, board=None, card_url="")

    def line(self, _bug: Bug, by: str) -> Words:
        return Words(ICON, (_who(self.by, by), " deleted the board card"), minor=True)


class BoardCardCommented(Inert, Outcome):
    KIND = "board_card_commented"
    text: Text
    by: Text = ""

    def line(self, _bug: Bug, by: str) -> Words:
        return Words(ICON, (_who(self.by, by), " on the board: ", Quote(self.text)), minor=True)


EVENTS = (BoardCardMade, BoardCardMoved, BoardCardGone, BoardCardCommented)
