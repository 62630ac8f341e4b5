"""Plans the undo of a run from its image: every row as it was, or none."""

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.errors import Refused
from bot.production.sql.admitted import kept_out
from bot.production.sql.image import Image
from bot.production.sql.obstacles import Changer, in_the_way
from bot.production.sql.order import ordered
from bot.production.sql.plan import Plan
from bot.production.sql.schema import Schema
from bot.production.sql.steps import steps_of
from bot.production.sql.triggers import followed
from bot.production.sql.undoable import hindrance, undo_note


async def plan_undo(
    conn: AsyncConnection, schema: Schema, image: Image, declared: frozenset[str], by: Changer, *, lock: bool
) -> Plan:
    """What restores the rows. Raises Refused, naming what stands in the way, where they are not as the run left them.

    `declared` are columns that the action lets differ.
    """
    if schema.facts.blind:
        raise Refused(schema.facts.blind)
    # somebody may have corrected the row since: to restore it would throw their work away
    if found := await in_the_way(conn, schema, image, by, lock=lock):
        raise Refused(f"Not undone: {'; '.join(found)}. Restore it by hand, or deal with that first.")
    changes = [change.inverse() for change in image.changes]
    if note := hindrance(schema, changes, declared):
        raise Refused(note)
    if found := await kept_out(conn, schema, changes):
        raise Refused(
            f"Not undone, as things are by now: {' '.join(found)} Restore it by hand, or deal with that first."
        )
    order = ordered(schema, changes)
    return Plan(
        verb="undo",
        table=order.changes[0].table,
        steps=steps_of(schema, order),
        changes=order.changes,
        volatile=image.volatile,
        note=await undo_note(conn, schema, order.changes, declared),
        followed=followed(schema, changes),
        declared=declared,
    )
