"""One delivery to a hook, and what has to come of it:

CARD  a new card of which the words stand in the channel
ASK   a line in the channel that asks whose it is
MORE  one more entry, or one more count, on a bug that stands there already
LEFT  nothing, on purpose: docs/trackers.md and docs/customers.md name the kind
ODD   nothing is done, but it is kept, counted and shown: a known service, a kind that nobody foresaw
BAD   400, with the reason in plain words: this is not that service's delivery
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

Json = dict[str, Any]
CARD, ASK, MORE, LEFT, ODD, BAD = "card", "ask", "more", "left", "odd", "bad"
NUMBERS = count(7000)


@dataclass(frozen=True)
class Delivery:
    source: str
    name: str
    outcome: str
    body: Json
    words: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
