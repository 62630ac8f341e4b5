"""Tells customers of one name apart, wherever somebody chooses between them. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from bot.bug.customer import Customer
from bot.text import cut

NAME, MARK = 22, 34
"""Characters of a name that repeats, and of what parts it: both fit into a button and an option."""


def apart(people: Sequence[Customer]) -> Mapping[str, str]:
    """What parts those whose names look alike, by id: the address, else the account, else their number in the bug."""
    groups = defaultdict[str, list[Customer]](list)
    for customer in people:
        groups[_looks(customer.name, NAME)].append(customer)
    return {id_: mark for group in groups.values() if len(group) > 1 for id_, mark in _marks(group).items()}


def marked(customer: Customer, mark: str) -> str:
    """The name with what parts it."""
    return f"{cut(customer.name, NAME)} · {cut(mark, MARK)}"


def named(customer: Customer, people: Sequence[Customer]) -> str:
    """The name, with what parts it where somebody among `people` is called so, too."""
    mark = apart(people).get(customer.id)
    return marked(customer, mark) if mark else customer.name


def _looks(text: str, longest: int) -> str:
    """As people see it: a longer one is cut."""
    return cut(" ".join(text.split()), longest).casefold()


def _marks(group: Sequence[Customer]) -> dict[str, str]:
    """For each of them the first that nobody else of the group has."""
    known = {c.id: [mark for mark in (c.hint.email, c.hint.id) if mark] for c in group}
    times = Counter(look for marks in known.values() for look in {_looks(mark, MARK) for mark in marks})
    return {
        id_: next((mark for mark in marks if times[_looks(mark, MARK)] == 1), f"no. {id_[1:]}")
        for id_, marks in known.items()
    }
