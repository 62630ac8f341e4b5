"""Counts how the cases of a run ended, and which of those that did not run could have been undone by plain SQL."""

import re
from collections import Counter
from dataclasses import dataclass, field

from tests.oracles.conftest import Ground
from tests.oracles.drawn.features import FEATURES
from tests.oracles.drawn.shapes import Case, kinds_of
from tests.oracles.drawn.writing import ODD, PATH, change_of, schema_of
from tests.oracles.judge import Verdict, without
from tests.oracles.raw import ERRORS, CannotBePutBack, put_back

ENOUGH = 30
"""How often each kind has to be drawn in a closing run."""
_UNSEEN = re.compile(
    r"trigger|rule|policy|row-level|may not|right|forbids|a view|rolled back|something else of|left \d+ row|by itself|itself at every|GRANT"
)
CAN = "although plain SQL can"
_CLOSED = re.compile("is not open to actions|does not tell the rows of")


@dataclass(kw_only=True)
class Told:
    """Of one database."""

    ends: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    """Why those that did not run, or could not be undone, were not."""
    promised: int = 0
    could: int = 0
    """Those that plain SQL makes and takes back, without a trigger, rule, policy or missing right that the sentence names."""
    examples: dict[str, str] = field(default_factory=dict)
    """A script for each of them that somebody has to look into."""
    marked: int = 0
    """Those whose rows were marked by plain SQL, too, and were the same."""
    unmade: Counter[str] = field(default_factory=Counter)
    """What the database itself does not let anybody make."""

    def add(self, case: Case, verdict: Verdict, why: str, script: str) -> None:
        """`why` plain SQL can't do it and take it back; empty: it can."""
        self.kinds.update(set(kinds_of(case)))
        self.ends[verdict.end] += 1
        self.promised += verdict.promised
        self.could += verdict.promised or not why
        if not verdict.promised:
            reason = f"{verdict.end}, {why or CAN}: {_kind_of(verdict.said)}"
            self.reasons[reason] += 1
            if not why or "log says why" in reason:
                self.examples.setdefault(reason, script)

    @property
    def share(self) -> float:
        """Of the cases that could be undone, those that ran under the promise of an undo."""
        return self.promised / self.could if self.could else 1

    def lines(self) -> list[str]:
        ran = f"{self.promised} of {self.could} that could be undone ran: {self.share:.1%}"
        return [
            f"{self.ends.total()} cases: {dict(self.ends)}; {ran}; marked by their predicate, and the same: {self.marked}",
            *(f"{count:5} {why}" for why, count in self.reasons.most_common()),
            f"kinds: {dict(sorted(self.kinds.items(), key=lambda pair: (pair[1], pair[0])))}",
            *(f"{reason}\n{script}" for reason, script in self.examples.items()),
            *([f"not made: {dict(self.unmade)}"] if self.unmade else []),
        ]


def _kind_of(said: str) -> str:
    """The sentence without what is of this case alone."""
    return re.sub(r"\([^)]*\)|\bt\d\b|\bp\d(_nr)?\b|'[^']*'|“[^”]*”|\d+", "…", said)[:150]


def hindrance(case: Case, verdict: Verdict, ground: Ground, database: str) -> str:
    """Why it could not be undone, or rightly is not; empty: it could."""
    if _CLOSED.search(verdict.said):
        return "closed by the settings"
    if any(name in FEATURES and FEATURES[name].unseen for name in case.features) and _UNSEEN.search(verdict.said):
        return "trigger, rule, policy or right"
    volatile = (f"t{case.at}.touched",) if case.has("declared touch") else ()
    with ground(schema_of(case, database)) as copy:
        first = copy.dump()
        try:
            with copy.plain(True) as plain:
                plain.run(change_of(case, database))
        except ERRORS:
            return "the database refuses it"
        second = copy.dump()
        if without(second, volatile) == without(first, volatile):
            return "nothing to do"
        try:
            with copy.plain(True) as plain:
                put_back(plain, first, second, lambda table: _key(case, table))
        except (*ERRORS, CannotBePutBack, KeyError):
            return "plain SQL can't undo it"
        return "" if without(copy.dump(), volatile) == without(first, volatile) else "plain SQL leaves a trace"


def _key(case: Case, table: str) -> list[str]:
    """Raises KeyError for a table that was not drawn."""
    short = table.removeprefix(f"{PATH}.")
    if short == "child":
        return case.table.columns
    name = next((plain for plain, odd in ODD.items() if odd == short), short) if case.has("odd names") else short
    if not re.fullmatch(r"t\d(_\d)*", name):
        raise KeyError(table)
    columns = case.tables[int(name[1])].columns
    return [ODD[c] for c in columns] if case.has("odd names") else columns
