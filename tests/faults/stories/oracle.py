"""Judges a town that has settled: what the fakes counted against what the trail, the cards and the threads say."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import select

from bot.bug.bug import Bug, Status
from bot.bug.course.course import CameBack
from bot.bug.course.news import Opened, Repeated
from bot.bug.customers.customer import Customer
from bot.bug.customers.customers import CustomerWrote
from bot.bug.errors import MakegoodError
from bot.bug.fixes.fix import Fix, RunState
from bot.demo.slack.dump import texts_of
from bot.demo.slack.records import Delivery
from bot.ledger.db.tables import entries, inbox
from bot.ledger.ledger import Entry
from bot.ledger.verify import verify
from bot.slack.incoming.listeners import action_ask, view_ask
from tests.faults.stories.people import TAKEN_BACK, Story
from tests.faults.stories.town import Json, StruckTown
from tests.faults.town import FIRST_ROW

MARKS = {
    Status.OPEN: "🔴",
    Status.CLAIMED: "🟠",
    Status.FIXED: "🟢",
    Status.OWED: "🔵",
    Status.CLOSED: "⚪",
    Status.DISMISSED: "⚪",
}


@dataclass
class Judge:
    """`problems` is empty where every promise was kept. `restored`: a backup came back, so what came in before may be gone."""

    town: StruckTown
    stories: list[Story]
    restored: bool = False

    async def problems(self) -> list[str]:
        self.bugs = await self.town.all_bugs()
        found = [*self._cards(), *self._effects(), *self._unknown()]
        for bug in self.bugs:
            found += await self._lines(bug)
        if not self.restored:
            found += await self._deliveries()
        found += await self._unacked()
        try:
            await verify(self.town.ledger)
        except MakegoodError as error:
            found.append(f"the chain: {error}")
        return found

    # -- each acknowledged delivery is an entry, a counted repeat, or a line that asks

    async def _deliveries(self) -> list[str]:
        occurrences, wrote, found = Counter[str](), Counter[str](), []
        for bug in self.bugs:
            for entry in await self.town.entries(bug.ref.number):
                match entry.event:
                    case Opened(event=event):
                        occurrences[event] += 1
                    case Repeated(events=events) | CameBack(events=events):
                        occurrences.update(events)
                    case CustomerWrote(text=text) if bug.status is not Status.MERGED:  # their words went with them
                        wrote[text] += 1
        told = sorted({body["error"]["id"] for body in self.town.reported})
        found += [f"occurrence {e} stands {occurrences[e]} times in the trail" for e in told if occurrences[e] != 1]
        groups = Counter(group for bug in self.bugs for group in bug.groups if bug.status is not Status.MERGED)
        found += [f"{group} has {count} bugs" for group, count in groups.items() if count > 1]
        found += [problem for text in self._words() for problem in self._said_once(text, wrote)]
        return [*found, *self._posted(groups)]

    def _posted(self, groups: Counter[str]) -> Iterator[str]:
        """What an app wrote and we acked has its bug."""
        heard = {
            d.payload["event"].get("ts") for d in self.town.slack.deliveries if d.kind == "events_api" and _acked(d)
        }
        for story in self.stories:
            count = sum(times for group, times in groups.items() if group.endswith(story.posted))
            if heard & {*story.said.alerts} and count != 1:
                yield f"{story.posted}, of which an app wrote, has {count} bugs"

    def _words(self) -> Iterator[str]:
        for story in self.stories:
            yield from (*story.said.chats, *story.said.letters)

    def _said_once(self, text: str, wrote: Counter[str]) -> Iterator[str]:
        count = sum(times for said, times in wrote.items() if text in said)
        asked = any(text in shown for m in self.town.slack.messages("C0ERRORS") for shown in texts_of(m))
        if count > 1 or (not count and not asked):
            yield f"{text!r} stands {count} times in the trails, and is asked about: {asked}"

    # -- one card a bug, equal to its state

    def _cards(self) -> Iterator[str]:
        cards = self._shown("makegood_card")
        for bug in self.bugs:
            mine = [m for m in cards if m["metadata"]["event_payload"] == _of_card(bug)]
            if len(mine) != 1:
                yield f"{bug.ref} has {len(mine)} cards"
            for message in mine:
                if not _shows(message, bug):
                    yield f"{bug.ref} is {bug.status.value}, its card says {texts_of(message)[:2]}"

    def _shown(self, kind: str) -> list[Json]:
        messages = self.town.slack.messages("C0ERRORS")
        return [m for m in messages if (m.get("metadata") or {}).get("event_type") == kind]

    # -- each line once, in order

    async def _lines(self, bug: Bug) -> list[str]:
        """After a restore the thread has lines of the lost trail too: the numbers come again, not the times."""
        if bug.card is None:
            return [f"{bug.ref} has no card, so no thread"]
        worth = [_named(x) for x in await self.town.spoken(bug.ref.number)]
        stand = [(line["seq"], line["at"]) for line in self.town.own_lines(bug)]
        known = [line for line in stand if line in worth] if self.restored else stand
        return [] if known == worth else [f"{bug.ref}: its thread says {stand}, its trail {worth}"]

    # -- nothing twice, nothing done that is called not done

    def _effects(self) -> Iterator[str]:
        for story in self.stories:
            bug = self._bug_of(story)
            if bug:
                yield from self._runs(story, bug)
                yield from self._gifts(bug)
        refs = {str(bug.ref) for bug in self.bugs}
        for marker, count in self.town.board_markers().items():
            ref = marker.split(":")[2]
            if count > 1:
                yield f"{marker} has {count} cards on the board"
            elif ref not in refs and not self.restored:
                yield f"{ref} has a card on the board, and is no bug"
        for text, count in (self.town.bubbles() + self.town.mails()).items():
            if count > 1:
                yield f"{count} times: {text[:60]!r}"

    def _bug_of(self, story: Story) -> Bug | None:
        """One that others were merged into has their groups too."""
        group = f"error-{story.number}"
        found = [b for b in self.bugs if any(g.endswith(group) for g in b.groups)]
        return min(found, key=lambda b: len(b.groups), default=None)

    def _runs(self, story: Story, bug: Bug) -> Iterator[str]:
        done, undone = self._counted(story)
        for undo, count in ((False, done), (True, undone)):
            runs = [fix for fix in bug.fixes if bool(fix.undo_of) == undo]
            sure = sum(fix.state is RunState.SUCCEEDED for fix in runs)
            perhaps = sum(fix.state is RunState.UNKNOWN for fix in runs)
            if not sure <= count <= sure + perhaps and not self.restored:
                said = [(fix.run, fix.state.value) for fix in runs]
                yield f"{bug.ref} {story.cast.kind} {'undo' if undo else 'fix'}: {count} times there, the trail says {said}"

    def _counted(self, story: Story) -> tuple[int, int]:
        """As production itself counts it."""
        if story.cast.kind == "http":
            return self.town.service.done[story.word], self.town.service.undone[story.word]
        if story.cast.kind == "ssh":
            return self._left(f"done-{story.word}"), self._left(f"undone-{story.word}")
        with closing(sqlite3.connect(self.town.world.parts.shop.database.file)) as conn:
            there = bool(conn.execute("SELECT 1 FROM menus WHERE id = ?", [FIRST_ROW + story.number]).fetchone())
        bug = self._bug_of(story)
        back = bool(bug and any(f.undo_of and f.state in {RunState.SUCCEEDED, RunState.UNKNOWN} for f in bug.fixes))
        return (1, 1) if there and back else (int(not there), 0)

    def _left(self, name: str) -> int:
        file = self.town.world.parts.host.directory / name
        return len(file.read_text().splitlines()) if file.exists() else 0

    def _gifts(self, bug: Bug) -> Iterator[str]:
        """What the till booked is what the trail promises, and once."""
        for customer in bug.customers:
            booked = self.town.credits().get(customer.hint.email, 0)
            granted = sum(given.state == "granted" for given in customer.given)
            if booked > max(1, len(customer.given)) or (booked < granted and not self.restored):
                yield f"{bug.ref}: the till booked {booked} for {customer.hint.email}, the trail says {granted}"
            taken_back = [
                m.text for m in customer.messages if m.state == "taken_back" and m.text.startswith(TAKEN_BACK)
            ]
            if not self.restored and any(self._arrived(text, customer) for text in taken_back):
                yield f"{bug.ref}: a letter that was taken back arrived"
            for message in customer.messages:
                reached = self._arrived(message.text, customer)
                if message.kind == "told" and message.state == "failed" and reached:
                    yield f"{bug.ref}: the tell is called not sent, and arrived"
                if message.kind == "told" and message.state in {"delivered", "handed_off"} and not reached:
                    yield f"{bug.ref}: the tell is called {message.state}, and did not arrive"

    def _arrived(self, text: str, customer: Customer) -> int:
        """How many messages with these words reached them. The number of the story is in them, so no other bug has the same."""
        reached = (self.town.bubbles() + self.town.mails()).items()
        return sum(count for said, count in reached if customer.hint.email in said and text in said)

    # -- everything unknown is before a person

    def _unknown(self) -> Iterator[str]:
        for bug in self.bugs:
            for fix in bug.fixes:
                yield from self._fix(bug, fix)

    def _fix(self, bug: Bug, fix: Fix) -> Iterator[str]:
        if fix.state in {RunState.ASKED, RunState.APPROVED, RunState.STARTED}:
            if "production" not in bug.gave_up:  # held after a backup came back, it waits for a person
                yield f"{bug.ref} run {fix.run} is {fix.state.value} for ever"
            elif "Try again" not in self._card(bug):
                yield f"{bug.ref} run {fix.run} is held, and its card asks nobody"
        if fix.state is RunState.UNKNOWN and "Look at production" not in self._card(bug):
            yield f"{bug.ref} run {fix.run} is unknown, and its card asks nobody"

    def _card(self, bug: Bug) -> str:
        """What stands on its card in Slack."""
        card = next((m for m in self._shown("makegood_card") if m["ts"] == (bug.card and bug.card.ts)), {})
        return str(card.get("blocks"))

    # -- a press that was not acked did nothing later that its presser was not told

    async def _unacked(self) -> list[str]:
        async with self.town.ledger.db.read() as conn:
            keyed = select(entries.c.bug, entries.c.seq, entries.c.key).where(entries.c.key.like("ask:%"))
            keys = {row.key: (row.bug, row.seq) for row in await conn.execute(keyed)}
            open_ = (await conn.execute(select(inbox.c.key).where(inbox.c.state == "new"))).scalars().all()
        found = [f"{key} waits for ever" for key in open_]
        for delivery in self.town.slack.deliveries:
            if delivery.kind == "interactive" and delivery.acked_after is None and (key := _key(delivery)):
                place = keys.get(f"ask:{key}")
                if place and not self._told(*place, delivery):
                    found.append(
                        f"a press that was not acked wrote BUG-{place[0]} entry {place[1]}, and nobody was told"
                    )
        return found

    def _told(self, bug: int, seq: int, delivery: Delivery) -> bool:
        """By the thread's line, the card, or to them alone."""
        after = [
            m for m in self.town.slack.ephemerals(delivery.payload["user"]["id"]) if float(m["ts"]) >= delivery.at - 1
        ]
        state = next((b for b in self.bugs if b.ref.number == bug), None)
        return bool(after) or bool(state and (seq in self.town.lines(state) or state.card))


def _of_card(bug: Bug) -> Json:
    """A bug of the lost trail may have had the same number."""
    assert bug.opened_at
    return {"bug": str(bug.ref), "at": bug.opened_at.isoformat()}


def _named(entry: Entry) -> tuple[int, str]:
    return entry.seq, entry.at.isoformat()


def _acked(delivery: Delivery) -> bool:
    return delivery.acked_after is not None


def _key(delivery: Delivery) -> str:
    kind = delivery.payload.get("type")
    if kind == "block_actions":
        return action_ask(delivery.payload).key
    return view_ask(delivery.payload).key if kind == "view_submission" else ""


def _shows(message: Json, bug: Bug) -> bool:
    return bug.status is Status.MERGED or any(MARKS[bug.status] in text for text in texts_of(message))
