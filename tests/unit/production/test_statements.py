"""A statement without a bound is found in the text. The witness is a database: does the statement touch every row?"""

from typing import Any

import pytest
import sqlalchemy as sa

from bot.production.catalogue.source import parsed
from bot.production.catalogue.statements import Named, Statement

BODIES = [
    "return update(tables['menus']).values(state='x')",
    "return update(tables['menus']).where(True).values(state='x')",
    "return update(tables['menus']).where(true()).values(state='x')",
    "return update(tables['menus']).where(sa.true()).values(state='x')",
    "return update(tables['menus']).where(literal(1) == 1).values(state='x')",
    "return update(tables['menus']).where(1 == literal(1)).values(state='x')",
    "return update(tables['menus']).where(sa.literal(1) == sa.literal(1)).values(state='x')",
    "return update(tables['menus']).where(text('1=1')).values(state='x')",
    "return update(tables['menus']).where(~false()).values(state='x')",
    "return update(tables['menus']).where(not_(false())).values(state='x')",
    "return update(tables['menus']).where(or_(tables['menus'].c.id == self.id, true())).values(state='x')",
    "return update(tables['menus']).where((tables['menus'].c.id == self.id) | true()).values(state='x')",
    "return update(tables['menus']).where(and_(true(), literal(1) == 1)).values(state='x')",
    "return update(tables['menus']).where(tables['menus'].c.id == tables['menus'].c.id).values(state='x')",
    "return update(tables['menus']).where().values(state='x')",
    "return update(tables['menus']).filter(true()).values(state='x')",
    "return tables['menus'].update().values(state='x')",
    "return tables['menus'].delete()",
    "return delete(tables['menus'])",
    "return delete(tables['menus']).where(true(), true())",
    "return delete(tables['menus']).where(true()).where(literal(2) > 1)",
    "every = true()\n        return delete(tables['menus']).where(every)",
    "menus, every = tables['menus'], true()\n        return delete(menus).where(every)",
    "found = delete(tables['menus'])\n        return found",
    "found = delete(tables['menus'])\n        found = found.where(true())\n        return found",
    "return update(tables['menus']).where(tables['menus'].c.id == self.id).values(state='x')",
    "return update(tables['menus']).values(state='x').where(tables.key('menus') == self.id)",
    "return update(tables['menus']).where(true(), tables.key('menus') == self.id).values(state='x')",
    "return update(tables['menus']).where(true()).where(tables.key('menus') == self.id).values(state='x')",
    "return update(tables['menus']).where(and_(true(), tables.key('menus') == self.id)).values(state='x')",
    "return update(tables['menus']).where(true() & (tables.key('menus') == self.id)).values(state='x')",
    "return update(tables['menus']).where(or_(tables.key('menus') == self.id, false())).values(state='x')",
    "return update(tables['menus']).filter_by(id=self.id).values(state='x')",
    "return tables['menus'].delete().where(tables.key('menus') == self.id)",
    "return delete(tables['menus']).where(false())",
    "return delete(tables['menus']).where(~true())",
    "key = tables.key('menus')\n        return delete(tables['menus']).where(key == self.id)",
    "found = delete(tables['menus'])\n        return found.where(tables.key('menus') == self.id)",
    "found = delete(tables['menus'])\n        found = found.where(tables.key('menus') == self.id)\n        return found",
    "mine = tables.key('menus') == self.id\n        return delete(tables['menus']).where(mine)",
    "return delete(tables['menus']).where(tables.key('menus').in_([self.id]))",
    "return delete(tables['menus']).where(tables['menus'].c.id != tables['menus'].c.id)",
]
HEAD = (
    "import sqlalchemy as sa\nfrom sqlalchemy import and_, delete, false, literal, not_, or_, text, true, update\n"
    "class Mine:\n    id = 1\n    def statement(self, tables):\n        "
)
ROWS = 3


class Menus(dict[str, sa.Table]):
    def key(self, name: str) -> sa.Column[Any]:
        return self[name].c.id


def touched(text: str) -> int:
    """How many of the rows the statement changes, by SQLite."""
    engine, meta, here = sa.create_engine("sqlite://"), sa.MetaData(), dict[str, Any]()
    menus = sa.Table("menus", meta, sa.Column("id", sa.Integer, primary_key=True), sa.Column("state", sa.Text))
    exec(text, here)  # noqa: S102 - the statements of this file
    with engine.begin() as conn:
        meta.create_all(conn)
        conn.execute(sa.insert(menus), [{"id": number} for number in range(ROWS)])
        count = conn.execute(here["Mine"]().statement(Menus(menus=menus))).rowcount
    engine.dispose()
    return int(count)


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
@pytest.mark.parametrize("body", BODIES)
def test_a_statement_is_complained_about_when_it_touches_every_row(body: str) -> None:
    found = Statement(parsed(HEAD + body)).unbound()
    assert bool(found) == (touched(HEAD + body) == ROWS)


def test_each_statement_of_a_file_is_looked_at_and_its_line_is_said() -> None:
    text = HEAD + "if self.id:\n            return delete(tables['menus']).where(tables.key('menus') == self.id)\n"
    text += "        return delete(tables['menus'])\n"
    assert Statement(parsed(text)).unbound() == (text.count("\n"),)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("tables['menus']", [("menus", "")]),
        ("tables.key('menus')", [("menus", "")]),
        ("tables.shown('menus')", [("menus", "")]),
        ("tables.column('menus', 'title')", [("menus", "title")]),
        ("tables['menus'].c.title", [("menus", ""), ("menus", "title")]),
        ("tables['menus'].c['title']", [("menus", ""), ("menus", "title")]),
        ("tables['menus'].columns.title", [("menus", ""), ("menus", "title")]),
        ("update(tables['menus']).where(x).values(state='x')", [("menus", ""), ("menus", "state")]),
        ("insert(tables['menus']).values({'state': 'x'})", [("menus", ""), ("menus", "state")]),
        ("tables[self.table]", []),
        ("tables.column(self.table, 'status')", []),
        ("other['menus']", []),
    ],
)
def test_tables_and_columns_that_are_written_out_are_seen(line: str, named: list[tuple[str, str]]) -> None:
    found = Statement(parsed(line)).named()
    assert [(one.table, one.column) for one in found] == named


def test_a_name_that_stands_for_a_table_is_followed() -> None:
    text = "menus, key = tables['menus'], 1\nmenus.c.title\n"
    assert Named(line=2, table="menus", column="title") in Statement(parsed(text)).named()


def test_what_is_no_statement_is_left_alone() -> None:
    assert Statement(parsed("d = {}\nd.update(a=1)\n")).unbound() == ()
