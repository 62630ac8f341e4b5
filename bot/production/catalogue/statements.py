"""Reads rows, tables and columns from the text of a database action or look. Pure; the file is never executed.

Only what is written out is seen. The engine looks at the statement itself before every preview.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

CHANGES = frozenset({"update", "delete"})
_WHERE = frozenset({"where", "filter"})
_BOTH, _EITHER = frozenset({"and_"}), frozenset({"or_"})
_TRUE, _FALSE, _NOT = frozenset({"true"}), frozenset({"false"}), frozenset({"not_"})
_VALUES = frozenset({"literal", "bindparam", "cast", "type_coerce", "text", "literal_column"})


@dataclass(frozen=True, kw_only=True, order=True)
class Named:
    """A table, or a column of it, that the text names."""

    line: int
    table: str
    column: str = ""
    """Empty: the table as a whole."""


@dataclass(frozen=True)
class Statement:
    """The text of one action or look."""

    tree: ast.Module

    @cached_property
    def _nodes(self) -> tuple[ast.AST, ...]:
        return tuple(ast.walk(self.tree))

    @cached_property
    def _calls(self) -> tuple[ast.Call, ...]:
        return tuple(node for node in self._nodes if isinstance(node, ast.Call))

    @cached_property
    def _variables(self) -> Mapping[str, ast.expr]:
        """Name -> what it stands for, where it is assigned once."""
        found: dict[str, list[ast.expr]] = {}
        for node in self._nodes:
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    for name, value in _pairs(target, node.value):
                        found.setdefault(name, []).append(value)
        return {name: values[0] for name, values in found.items() if len(values) == 1}

    @cached_property
    def _inner(self) -> Mapping[ast.AST, ast.Call]:
        """`x.where` -> the call of it; `update(t)` in `update(t).where(…)` is found from the inside out."""
        return {node.func.value: node for node in self._calls if isinstance(node.func, ast.Attribute)}

    def unbound(self) -> tuple[int, ...]:
        """Lines of an update or delete whose WHERE is missing or true for every row."""
        changes = (call for call in self._calls if _name(call) in CHANGES and self._is_change(call))
        return tuple(call.lineno for call in changes if not self._is_bound(call))

    @cached_property
    def _imported(self) -> frozenset[str]:
        imports = (node for node in self._nodes if isinstance(node, ast.Import | ast.ImportFrom))
        return frozenset(alias.asname or alias.name for node in imports for alias in node.names)

    def _is_change(self, call: ast.Call) -> bool:
        """update(…), sa.update(…) and tables["menus"].update(), but not the `update` of a dict."""
        if not isinstance(call.func, ast.Attribute):
            return True
        of = self._resolved(call.func.value)
        is_table = isinstance(of, ast.Subscript) and _is_tables(of.value)
        return is_table or (isinstance(of, ast.Name) and of.id in self._imported)

    def _is_bound(self, change: ast.Call) -> bool:
        chain = list(self._chain(change))
        wheres = [call for call in chain if _name(call) in _WHERE]
        if any(_name(call) == "filter_by" and call.keywords for call in chain):
            return True
        if not wheres:  # statement = update(…), then statement.where(…)
            outermost = chain[-1] if chain else change
            held = {name for name, value in self._variables.items() if value is outermost} | self._rebound(outermost)
            wheres = [c for c in self._calls if _name(c) in _WHERE and _root(c) in held]
        return any(not self._holds_for_all(part) for call in wheres for part in call.args)

    def _chain(self, call: ast.AST) -> Iterator[ast.Call]:
        while (outer := self._inner.get(call)) is not None:
            yield outer
            call = outer

    def _rebound(self, value: ast.expr) -> set[str]:
        """Names that are assigned this and then something more: `s = update(t)`, `s = s.where(…)`."""
        assigns = [node for node in self._nodes if isinstance(node, ast.Assign) and node.value is value]
        return {target.id for node in assigns for target in node.targets if isinstance(target, ast.Name)}

    def _holds_for_all(self, part: ast.expr) -> bool:
        """Whether a condition is true whatever the row is."""
        part = self._resolved(part)
        if isinstance(part, ast.Constant):
            return bool(part.value)
        if isinstance(part, ast.Compare):
            return self._says_nothing(part)
        if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.Invert | ast.Not):
            return self._holds_for_none(part.operand)
        if isinstance(part, ast.BinOp | ast.BoolOp):
            sides = [part.left, part.right] if isinstance(part, ast.BinOp) else part.values
            return self._joined(sides, either=isinstance(part.op, ast.BitOr | ast.Or))
        return self._call_holds(part) if isinstance(part, ast.Call) else False

    def _call_holds(self, call: ast.Call) -> bool:
        name = _name(call)
        if name in _BOTH | _EITHER:
            return self._joined(call.args, either=name in _EITHER)
        if name in _NOT:
            return all(self._holds_for_none(arg) for arg in call.args)
        if name in _VALUES and call.args:
            return isinstance(call.args[0], ast.Constant) and str(call.args[0].value).strip() not in {"0", "False", ""}
        return name in _TRUE

    def _joined(self, parts: Sequence[ast.expr], *, either: bool) -> bool:
        said = [self._holds_for_all(part) for part in parts]
        return any(said) if either else all(said)

    def _holds_for_none(self, part: ast.expr) -> bool:
        part = self._resolved(part)
        if isinstance(part, ast.Constant):
            return not part.value
        return isinstance(part, ast.Call) and _name(part) in _FALSE

    def _says_nothing(self, part: ast.Compare) -> bool:
        """1 = 1, or a column compared with itself."""
        sides = [self._resolved(side) for side in (part.left, *part.comparators)]
        if all(_is_value(side) for side in sides):
            return True
        same = len({ast.dump(side) for side in sides}) == 1
        return same and all(isinstance(op, ast.Eq | ast.LtE | ast.GtE | ast.Is) for op in part.ops)

    def _resolved(self, part: ast.expr) -> ast.expr:
        """Follows names to what they stand for."""
        for _ in range(5):
            if not isinstance(part, ast.Name) or part.id not in self._variables:
                break
            part = self._variables[part.id]
        return part

    def named(self) -> tuple[Named, ...]:
        """Every table and column whose names are written out."""
        found = {one for node in self._nodes for one in self._of(node)}
        return tuple(sorted(found))

    def _of(self, node: ast.AST) -> Iterator[Named]:
        if isinstance(node, ast.Subscript) and _is_tables(node.value) and (table := _text(node.slice)):
            yield Named(line=node.lineno, table=table)
        elif isinstance(node, ast.Call):
            yield from self._of_call(node)
        elif isinstance(node, ast.Attribute | ast.Subscript):  # menus.c.title, menus.c["title"]
            yield from self._of_column(node)

    def _of_call(self, node: ast.Call) -> Iterator[Named]:
        words = [_text(arg) for arg in node.args]
        if isinstance(node.func, ast.Attribute) and _is_tables(node.func.value) and words and words[0]:
            if node.func.attr in {"key", "row", "shown", "column"}:
                column = words[1] if node.func.attr == "column" and len(words) > 1 else ""
                yield Named(line=node.lineno, table=words[0], column=column)
        elif (
            _name(node) == "values"
            and isinstance(node.func, ast.Attribute)
            and (table := self._changed(node.func.value))
        ):
            given = [keyword.arg for keyword in node.keywords if keyword.arg]
            given += [
                k for arg in node.args if isinstance(arg, ast.Dict) for key in arg.keys if key and (k := _text(key))
            ]
            yield from (Named(line=node.lineno, table=table, column=name) for name in given)

    def _of_column(self, node: ast.Attribute | ast.Subscript) -> Iterator[Named]:
        columns, name = node.value, node.attr if isinstance(node, ast.Attribute) else _text(node.slice)
        is_column = isinstance(columns, ast.Attribute) and columns.attr in {"c", "columns"}
        table = self._table(columns.value) if isinstance(columns, ast.Attribute) and is_column else ""
        if table and name:
            yield Named(line=node.lineno, table=table, column=name)

    def _table(self, node: ast.expr) -> str:
        node = self._resolved(node)
        return _text(node.slice) if isinstance(node, ast.Subscript) and _is_tables(node.value) else ""

    def _changed(self, node: ast.expr) -> str:
        """The table that `update(tables["menus"]).where(…)` is about."""
        for _ in range(20):
            node = self._resolved(node)
            if not isinstance(node, ast.Call):
                break
            if _name(node) in {"update", "insert", "delete"} and node.args:
                return self._table(node.args[0])
            if not isinstance(node.func, ast.Attribute):
                break
            node = node.func.value
        return ""


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """a, b = x, y too."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, its in zip(target.elts, value.elts, strict=True):
            yield from _pairs(one, its)


def _name(call: ast.Call) -> str:
    """ "update" for update(…), sa.update(…) and table.update(…)."""
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def _root(node: ast.expr) -> str:
    """The name at which a chain of calls begins."""
    while isinstance(node, ast.Call | ast.Attribute):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_tables(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "tables"


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_value(node: ast.expr) -> bool:
    """Something that no row has a part in: a number, a text, `literal(1)`."""
    if isinstance(node, ast.Call) and _name(node) in _VALUES | _TRUE | _FALSE:
        return all(_is_value(arg) for arg in node.args[:1])
    return isinstance(node, ast.Constant)
