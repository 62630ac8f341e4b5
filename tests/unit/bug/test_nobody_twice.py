"""Bugs merge, customers are taken for one and parted, in any order: nobody is told or credited twice, and nobody is unheard."""

import re
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from bot.bug.arriving import arrivals
from bot.bug.course import course
from bot.bug.customers import one_person, recognising
from bot.bug.customers.customer import Customer, Side
from bot.bug.errors import MakegoodError
from bot.bug.event import Event
from bot.bug.gifts import gifts
from bot.bug.money import Credit, Money
from tests.unit.bug.people import EVERYBODY, Human, Town
from tests.unit.bug.story import Story, opened

EURO5 = Credit(money=Money(amount=500, currency="EUR"))
BUGS = st.sampled_from([1, 2])
"""Where one of them was merged, the other is meant."""
HUMAN = st.sampled_from(EVERYBODY)


@dataclass(frozen=True)
class Happened:
    """In which bug, at which step, to which place or account."""

    bug: int
    step: int
    to: str


class NobodyTwice(RuleBasedStateMachine):
    @initialize(humans=st.permutations(EVERYBODY), apart=st.integers(0, 4))
    def begins(self, humans: list[Human], apart: int) -> None:
        self.town = Town({1: opened(1), 2: opened(2)})
        self.families = {1: {1}, 2: {2}}
        self.step = 0
        self.wrote: list[tuple[Happened, Human]] = []
        self.heard: list[Happened] = []
        self.got: list[Happened] = []
        for place, human in enumerate(humans):
            self.somebody_writes(1 if place < apart else 2, human)

    def bug(self, number: int) -> Story:
        self.step += 1
        now = max(story.now for story in self.town.stories.values()) + timedelta(minutes=1)
        for story in self.town.stories.values():
            story.now = now
        return self.town.stories[number]

    def live(self) -> list[int]:
        return list(self.families)

    def meant(self, number: int) -> int:
        return number if number in self.families else 3 - number

    def decides(self, number: int, decide: "Event | tuple[Event, ...] | None") -> None:
        self.town.stories[number].then(decide)

    @rule(number=BUGS, human=HUMAN)
    def somebody_writes(self, number: int, human: Human) -> None:
        number = self.meant(number)
        story = self.bug(number)
        story.then(arrivals.arrive(story.bug, human.says(f"e{self.step}"), story.now))
        self.wrote.append((Happened(number, self.step, human.place), human))

    @rule(number=BUGS, human=HUMAN)
    def a_tracker_names_who_was_hit(self, number: int, human: Human) -> None:
        number = self.meant(number)
        story = self.bug(number)
        if human.hint.email or human.hint.id:
            self.decides(number, recognising.join(story.bug, human.hint, via="bugsnag"))

    @precondition(lambda self: any(len(self.town.stories[n].bug.customers) > 1 for n in self.live()))
    @rule(number=BUGS, data=st.data())
    def somebody_says_that_two_are_one(self, number: int, data: st.DataObject) -> None:
        number = self.meant(number)
        story = self.bug(number)
        known = [c.id for c in story.bug.customers]
        if len(known) < 2:
            return
        one, other = data.draw(st.permutations(known))[:2]
        self.tries(number, lambda: one_person.same(story.bug, one, other))

    @precondition(lambda self: any(c.pairs for n in self.live() for c in self.town.stories[n].bug.customers))
    @rule(number=BUGS, data=st.data())
    def somebody_parts_them(self, number: int, data: st.DataObject) -> None:
        number = self.meant(number)
        story = self.bug(number)
        pairs = [(c.id, pair.gone.id) for c in story.bug.customers for pair in c.pairs]
        if pairs:
            one, other = data.draw(st.sampled_from(pairs))
            self.tries(number, lambda: one_person.part(story.bug, one, other))

    @precondition(lambda self: any(self.town.stories[n].bug.untold for n in self.live()))
    @rule(number=BUGS, gift=st.booleans(), also=st.booleans(), out=st.booleans(), data=st.data())
    def whoever_waits_is_told(self, number: int, gift: bool, also: bool, out: bool, data: st.DataObject) -> None:
        number = self.meant(number)
        story = self.bug(number)
        waiting = [c.id for c in story.bug.untold]
        if not waiting:
            return
        chosen = data.draw(st.lists(st.sampled_from(waiting), min_size=1, unique=True))
        # in the form somebody may tick whoever answered beside them, too
        chosen += [c.id for c in story.bug.customers if also and c.beside in chosen and not c.told]
        grants = (EURO5,) if gift else ()
        self.tries(number, lambda: gifts.tell(story.bug, chosen, f"It works, {self.step}", grants, anyway=True))
        if out:
            self.what_is_due_goes_out()

    @rule()
    def what_is_due_goes_out(self) -> None:
        self.bug(1)
        self.town.works()
        self.counts()

    @precondition(lambda self: len(self.live()) > 1)
    @rule(ending=BUGS)
    def they_are_merged(self, ending: int) -> None:
        into = 3 - ending
        gone, stays = self.bug(ending), self.town.stories[into]
        try:
            merged = course.merged(gone.bug, stays.bug)
        except MakegoodError:
            return
        self.what_is_due_goes_out()  # what was decided before they became one went out as of two
        before = gone.bug
        gone.then(merged)
        stays.then(course.absorbed(stays.bug, before))
        self.families[into] |= self.families.pop(ending)

    def tries(self, number: int, decide: "object") -> None:
        try:
            self.decides(number, decide())  # type: ignore[operator] # a decision
        except MakegoodError:
            return

    def known(self) -> list[object]:
        every = [c for n in self.live() for c in self.town.stories[n].bug.customers]
        return [
            (c.id, c.name, c.place, c.beside, [(m.seq, m.to, m.state) for m in c.messages], len(c.pairs)) for c in every
        ]

    def family(self, bug: int) -> set[int]:
        return next((f for f in self.families.values() if bug in f), {bug})

    def counts(self) -> None:
        for place, key in self.town.world.sent[len(self.heard) :]:
            self.heard.append(self.not_twice(Happened(_bug_of(key), self.step, place), self.heard))
        for account, key in self.town.world.bookings[len(self.got) :]:
            earlier = [one for one in self.got if one.to == account and one.bug in self.family(_bug_of(key))]
            assert not earlier, f"{account} was credited twice"
            self.got.append(Happened(_bug_of(key), self.step, account))

    def not_twice(self, new: Happened, heard: list[Happened]) -> Happened:
        family = self.family(new.bug)
        earlier = [one.step for one in heard if one.to == new.to and one.bug in family]
        since = [one for one, _ in self.wrote if one.to == new.to and earlier and one.step > max(earlier)]
        assert not earlier or since, f"{new.to} was told twice: {self.known()}"
        return new

    def teardown(self) -> None:
        if hasattr(self, "town"):
            self.everybody_has_heard()

    def everybody_has_heard(self) -> None:
        self.what_is_due_goes_out()
        for number in self.live():
            story = self.town.stories[number]
            if story.bug.untold:
                ids = [c.id for c in story.bug.untold]
                self.decides(number, gifts.tell(story.bug, ids, "It works now", anyway=True))
        self.what_is_due_goes_out()
        for happened, human in self.wrote:
            family = self.family(happened.bug)
            told = {one.to for one in self.heard if one.bug in family}
            assert told & human.places or self.hidden(family, human), (
                f"{human.hint.name} never heard that it works: {self.known()}"
            )

    def hidden(self, family: set[int], human: Human) -> bool:
        """Somebody took whoever reads this place for somebody else, or they wrote in another one's conversation: a person sees them."""
        known = [c for n in family for c in self.town.stories[n].bug.customers if n in self.families]
        return any(_reads(c) & human.places for c in known if c.pairs or c.beside)


def _reads(customer: Customer) -> set[str]:
    sides: list[Customer | Side] = [customer, *(side for pair in customer.pairs for side in pair.sides)]
    return {place for side in sides for place in (side.conversation, side.hint.email) if place}


def _bug_of(key: str) -> int:
    found = re.search(r"BUG-(\d+)", key)
    assert found, key
    return int(found[1])


TestNobodyTwice = NobodyTwice.TestCase
TestNobodyTwice.settings = settings(
    max_examples=60,
    stateful_step_count=12,
    deadline=None,
    report_multiple_bugs=False,
    # shrinking such a story takes minutes, and its steps are read easily as they are
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
