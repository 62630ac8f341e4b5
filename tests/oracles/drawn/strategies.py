"""Draws cases, each an example of at least one given kind. A seed that fails is shrunk to the fewest tables, foreign keys and rows."""

import os
from typing import TypeVar
from zlib import crc32

from hypothesis import strategies as st

from tests.oracles.drawn.features import FEATURES, NUMBERED, drawable
from tests.oracles.drawn.shapes import KEYS, Case, Deed, Pointer, Table
from tests.oracles.drawn.wide import WIDE

Item = TypeVar("Item")
SEED = int(os.environ.get("MAKEGOOD_SEED", "17"))
ACTIONS = ("CASCADE", "SET NULL", "NO ACTION", "RESTRICT", "CASCADE", "SET DEFAULT")
_MODES = {
    "foreign key deferred": "deferred",
    "foreign key not enforced": "not enforced",
    "foreign key unproven": "unproven",
    "foreign key single": "single",
}
_PARTS = {"foreign key one partition": "one partition", "foreign key of one partition": "of one partition"}
_ON_CHILD = (
    "before trigger on the child",
    "after trigger on the child",
    "row-level security of a child",
    *_PARTS,
)


@st.composite
def drawn(draw: st.DrawFn, kind: str, database: str, keys: tuple[str, ...] = tuple(sorted(KEYS))) -> Case:
    """A case of this kind, as the database can have it, with keys of these types."""
    features = _features(draw, kind, database)
    at, kinds = _keys(draw, kind, features, keys)
    tables = tuple(_table(draw, n, at, kinds, kind, features) for n in range(len(kinds)))
    deed = _deed(draw, tables[at], kind, features)
    opened = tuple(n for n in range(len(tables)) if n == at or draw(st.integers(0, 19)) < 19)
    return Case(
        tables=tables, at=at, features=features, deed=deed, opened=opened,
        others=draw(st.sampled_from(_work(draw, kind, tables, at))),
        rounds=3 if kind == "undone three times round" or draw(st.integers(0, 5)) == 5 else 1,
        wide=draw(st.integers(0, 23)),
    )  # fmt: skip


def _features(draw: st.DrawFn, kind: str, database: str) -> tuple[str, ...]:
    first = (kind,) if kind in FEATURES or kind in WIDE else ()
    if first and kind in FEATURES and FEATURES[kind].alone:
        return first
    others = [
        n
        for n in drawable(database)
        if n in WIDE or (n in FEATURES and not FEATURES[n].alone and not FEATURES[n].unseen)
    ]
    more = draw(st.sampled_from((None, None, None, None, *others)))
    return first if more is None or more in first or _clash(first, more, database) else (*first, more)


def _clash(first: tuple[str, ...], more: str, database: str) -> bool:
    """Two triggers, two unique indexes or two wide columns have the same name."""

    def names(name: str) -> set[str]:
        if name in WIDE:
            return {"w"}
        feature = FEATURES[name]
        text = " ".join(feature.columns.get(database, "").split()[:1])
        written = (
            "u"
            if "nique" in name
            or name in ("partial", "expression", "nulls not distinct", "exclusion", "conflict replaces", "not valid")
            else ""
        )
        fires = ("trigger", "u") if feature.unseen else ("trigger",) if "touch" in name else ()
        return {text, written, *fires} - {""}

    return any(names(one) & names(more) for one in first)


def _keys(
    draw: st.DrawFn, kind: str, features: tuple[str, ...], types: tuple[str, ...]
) -> tuple[int, list[tuple[str, bool]]]:
    wants_two = kind in (
        *_ON_CHILD,
        "before trigger on the parent",
        "foreign keys in a circle",
        "foreign key of two columns",
        "foreign key single",
    )
    count = draw(st.integers(2 if wants_two else 1, 4))
    at = draw(st.integers(0, count - 1))
    keys = [(draw(st.sampled_from(_turned(list(types), kind))), draw(st.integers(0, 4)) == 4) for _ in range(count)]
    if kind == "the row of key 0":
        keys[at] = (draw(st.sampled_from(("integer", "serial", "identity"))), False)
    if kind in ("key of two columns", "foreign key of two columns", "foreign key single"):
        keys[at] = (keys[at][0], True)
    if "strict" in features:
        keys = [("integer" if key == "numeric" else key, double) for key, double in keys]
    return at, keys


def _table(
    draw: st.DrawFn, n: int, at: int, keys: list[tuple[str, bool]], kind: str, features: tuple[str, ...]
) -> Table:
    pointers = tuple(_pointer(draw, i, to, features) for i, to in enumerate(_aims(draw, n, at, keys, kind)))
    if n == (at + 1) % len(keys) and kind in _PARTS:
        pointers = tuple(_of_a_part(p, _PARTS[kind]) if p.to == at else p for p in pointers)
    key, double = keys[n]
    rows = []
    for value in KEYS[key][: 4 if kind == "the row of key 0" else draw(st.sampled_from((4, 4, 3, 2, 1)))]:
        held = [_pointed(draw, keys[p.to], required=p.required, orphan=kind == "orphan") for p in pointers]
        rows.append((_whole(draw, value, double=double), *held, (draw(st.sampled_from("102")),)))
    return Table(key=key, double=double, pointers=pointers, rows=tuple(rows))


def _aims(draw: st.DrawFn, n: int, at: int, keys: list[tuple[str, bool]], kind: str) -> list[int]:
    """The tables at which this one points."""
    free = [draw(st.integers(0, len(keys) - 1)) for _ in range(draw(st.integers(0, 2)))]
    if kind == "not transactional":  # the database lets no foreign key point there
        return [] if n == at else [to for to in free if to != at]
    next_to = (at + 1) % len(keys)
    forced = {
        "to itself twice": {at: [at, at]},
        "to itself": {at: [at, *free[:1]]},
        "foreign keys in a circle": {at: [next_to, *free[:1]], next_to: [at, *free[:1]]},
        "before trigger on the parent": {at: [next_to, *free[:1]]},
        "orphan": {at: [*free[:1], next_to]},
        **{
            pointing: {next_to: [at, *free[:1]]}
            for pointing in (*_ON_CHILD, "foreign key of two columns", "foreign key single", *_MODES)
        },
    }
    return forced.get(kind, {}).get(n, free)


def _pointer(draw: st.DrawFn, i: int, to: int, features: tuple[str, ...]) -> Pointer:
    mode = next((_MODES[f] for f in features if f in _MODES), "")
    return Pointer(
        column=f"p{i}", to=to, mode=mode, unique=draw(st.integers(0, 7)) == 7, required=draw(st.integers(0, 3)) == 3,
        on_delete="SET NULL" if mode == "single" else draw(st.sampled_from(ACTIONS)),
    )  # fmt: skip


def _of_a_part(pointer: Pointer, mode: str) -> Pointer:
    return Pointer(**{**pointer.__dict__, "mode": mode})


def _pointed(draw: st.DrawFn, to: tuple[str, bool], *, required: bool, orphan: bool) -> tuple[str, ...] | None:
    key, double = to
    choices = KEYS[key][draw(st.sampled_from((0, 0, 3))) if orphan else 0 :][: draw(st.sampled_from((1, 2, 2, 3, 4)))]
    chosen = draw(st.sampled_from(choices if required else (None, *choices)))
    return None if chosen is None else _whole(draw, chosen, double=double)


def _turned(items: list[Item], kind: str) -> list[Item]:
    """The first example of a kind is the simplest; that of another kind begins elsewhere."""
    at = crc32(f"{SEED} {kind}".encode()) % len(items)
    return items[at:] + items[:at]


def _whole(draw: st.DrawFn, value: str, *, double: bool) -> tuple[str, ...]:
    return (value, str(draw(st.integers(1, 2)))) if double else (value,)


def _deed(draw: st.DrawFn, table: Table, kind: str, features: tuple[str, ...]) -> Deed:
    """Most often a row goes."""
    rows = [row[0] or () for row in table.rows]
    key = (
        next(k for k in rows if k[0] == "0")
        if kind == "the row of key 0"
        else draw(st.sampled_from((rows[0], rows[0], rows[0], *rows)))
    )
    deletes = Deed(action="delete-row", key=key)
    if kind in ("the row of key 0", "key of two columns"):
        return draw(st.sampled_from((deletes, deletes, Deed(action="set-column", key=key, value="7"))))
    if kind == "values moved among unique rows":
        return Deed(action="shift")
    values = [(row[-1] or ("1",))[0] for row in table.rows]
    held = "0" if set(features) & NUMBERED else draw(st.sampled_from((values[0], values[0], *values, "2")))
    new = (KEYS[table.key][-1], *(("9",) if table.double else ()))
    wide = (
        (Deed(action="set-column", key=key, column="w"), Deed(action="set-where", holds="1", column="w"))
        if set(features) & set(WIDE)
        else ()
    )
    deeds: list[Deed] = [
        deletes, deletes, deletes, deletes,
        Deed(action="clear-rows", where="id", holds=key[0]),
        Deed(action="clear-rows", holds=held), Deed(action="set-where", holds=held, value="7"), Deed(action="set-where", holds=held),
        Deed(action="set-column", key=key, value="7"), Deed(action="shift"), Deed(action="add-row", key=new), *wide,
    ]  # fmt: skip
    return draw(st.sampled_from(_turned(deeds, kind)))


def _work(draw: st.DrawFn, kind: str, tables: tuple[Table, ...], at: int) -> tuple[tuple[str, ...], ...]:
    """What somebody else may do between the run and its undo; most often nothing."""
    if kind == "a column dropped or renamed since":
        return (f"ALTER TABLE t{at} DROP COLUMN m",), (f"ALTER TABLE t{at} RENAME COLUMN m TO mm",)
    return (*(() if kind == "others' work in between" else ((),) * 5), *_others(draw, tables, at))


def _others(draw: st.DrawFn, tables: tuple[Table, ...], at: int) -> tuple[tuple[str, ...], ...]:
    """Somebody works on other rows, on these, on what they point at or what points at them, or takes their keys."""
    other, table = draw(st.integers(0, len(tables) - 1)), tables[at]
    names, key = ", ".join(table.columns), table.rows[0][0] or ()
    cells = ", ".join(text for text in key if not text.startswith("\\x"))
    takes = (f"INSERT INTO t{at} ({names}, v) VALUES ({cells}, 8)",) if cells else ()
    return (f"UPDATE t{other} SET v = 9 WHERE v = 0",), (f"UPDATE t{at} SET v = 9",), (f"DELETE FROM t{other}",), takes
