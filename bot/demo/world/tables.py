"""The production database of QuickAdmin: its tables, its customers, and the one bad row."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column, Date, DateTime, ForeignKey, Integer, MetaData, String, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

MIA, OTTO, BEN = "mia@studio.example", "otto@bakery.example", "ben@fleet.example"
BAD_MENU = 13
TRIAL_LEFT = timedelta(days=4)
"""Of Mia's."""

metadata = MetaData()

plans = Table(
    "plans",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("price_cents", Integer, nullable=False),
)
accounts = Table(
    "accounts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", String(200), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("password", String(200), nullable=False),
    Column("plan_id", ForeignKey("plans.id"), nullable=False),
    Column("trial_ends", Date),
)
projects = Table(
    "projects",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(100), nullable=False),
)
cruds = Table(
    "cruds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("model", String(100), nullable=False),
    Column("fields", JSON, nullable=False),
)
menus = Table(
    "menus",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("crud_id", ForeignKey("cruds.id")),
)
menu_items = Table(
    "menu_items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("menu_id", ForeignKey("menus.id", ondelete="CASCADE"), nullable=False),
    Column("title", String(100), nullable=False),
    Column("path", String(200), nullable=False),
)
servers = Table(
    "servers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("slot", String(10), nullable=False),
)
jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("status", String(20), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
)

Rows = tuple[Mapping[str, Any], ...]

PLANS: Rows = (
    {"id": 1, "name": "trial", "price_cents": 0},
    {"id": 2, "name": "starter", "price_cents": 2900},
    {"id": 3, "name": "pro", "price_cents": 7900},
)
PROJECTS: Rows = (
    {"id": 1, "account_id": 1, "name": "Studio back office"},
    {"id": 2, "account_id": 2, "name": "Bakery orders"},
    {"id": 3, "account_id": 3, "name": "Fleet desk"},
)
CRUDS: Rows = (
    {"id": 1, "project_id": 1, "model": "Client", "fields": ["name", "email", "city"]},
    {"id": 2, "project_id": 1, "model": "Booking", "fields": ["client", "day", "room"]},
    {"id": 3, "project_id": 1, "model": "Colleague", "fields": ["name", "role"]},
    {"id": 4, "project_id": 2, "model": "Order", "fields": ["number", "customer", "total"]},
    {"id": 5, "project_id": 2, "model": "Product", "fields": ["name", "price"]},
    {"id": 6, "project_id": 3, "model": "Vehicle", "fields": ["plate", "driver"]},
)
MENUS: Rows = (
    {"id": 11, "account_id": 1, "project_id": 1, "name": "Clients", "crud_id": 1},
    {"id": 12, "account_id": 1, "project_id": 1, "name": "Bookings", "crud_id": 2},
    {"id": 14, "account_id": 1, "project_id": 1, "name": "Team", "crud_id": 3},
    {"id": 21, "account_id": 2, "project_id": 2, "name": "Orders", "crud_id": 4},
    {"id": 22, "account_id": 2, "project_id": 2, "name": "Products", "crud_id": 5},
    {"id": 31, "account_id": 3, "project_id": 3, "name": "Vehicles", "crud_id": 6},
)
MENU_ITEMS: Rows = (
    {"id": 101, "menu_id": 11, "title": "All clients", "path": "/clients"},
    {"id": 102, "menu_id": 12, "title": "Calendar", "path": "/bookings"},
    {"id": 103, "menu_id": 21, "title": "Open orders", "path": "/orders"},
)
BAD_ROW: Mapping[str, Any] = {"id": BAD_MENU, "account_id": 1, "project_id": 1, "name": "Invoices", "crud_id": None}
BAD_ITEMS: Rows = (
    {"id": 131, "menu_id": BAD_MENU, "title": "All invoices", "path": "/invoices"},
    {"id": 132, "menu_id": BAD_MENU, "title": "New invoice", "path": "/invoices/new"},
    {"id": 133, "menu_id": BAD_MENU, "title": "Overdue", "path": "/invoices/overdue"},
)


def _accounts(now: datetime) -> Rows:
    return (
        {
            "id": 1,
            "email": MIA,
            "name": "Mia Lindqvist",
            "password": "$2b$12$mia-invented",
            "plan_id": 1,
            "trial_ends": (now + TRIAL_LEFT).date(),
        },
        {
            "id": 2,
            "email": OTTO,
            "name": "Otto Brandt",
            "password": "$2b$12$otto-invented",
            "plan_id": 2,
            "trial_ends": None,
        },
        {
            "id": 3,
            "email": BEN,
            "name": "Ben Okafor",
            "password": "$2b$12$ben-invented",
            "plan_id": 2,
            "trial_ends": None,
        },
    )


def _servers() -> Rows:
    names = ("depot-north", "depot-south", "tracker", "billing", "archive")
    return tuple(
        {"id": number, "account_id": 3, "name": name, "slot": f"slot-{number}"} for number, name in enumerate(names, 1)
    )


def _jobs(now: datetime) -> Rows:
    return (
        {"id": 1, "account_id": 2, "kind": "welcome-mail", "status": "sent", "made_at": now - timedelta(days=20)},
        {"id": 2, "account_id": 2, "kind": "invoice-mail", "status": "stuck", "made_at": now - timedelta(hours=9)},
    )


async def seed(connection: AsyncConnection, *, with_bad_row: bool, now: datetime | None = None) -> None:
    """Fill empty tables. The bad row is a menu whose crud was never made: production has it, development does not."""
    now = now or datetime.now(UTC)
    filled = (
        (plans, PLANS), (accounts, _accounts(now)), (projects, PROJECTS), (cruds, CRUDS), (menus, MENUS),
        (menu_items, MENU_ITEMS), (servers, _servers()), (jobs, _jobs(now)),
    )  # fmt: skip
    for table, rows in filled:
        await connection.execute(insert(table), [dict(row) for row in rows])
    if with_bad_row:
        await add_bad_row(connection)


SECOND_BAD_MENU = 23
SECOND_BAD_ROW = {"id": SECOND_BAD_MENU, "account_id": 2, "project_id": 2, "name": "Deliveries", "crud_id": None}


async def add_second_bad_row(connection: AsyncConnection) -> None:
    """Otto's, of the same kind; nothing where it is there."""
    if (await connection.execute(select(menus.c.id).where(menus.c.id == SECOND_BAD_MENU))).first() is None:
        await connection.execute(insert(menus).values(**SECOND_BAD_ROW))


async def add_bad_row(connection: AsyncConnection) -> None:
    await connection.execute(insert(menus).values(**BAD_ROW))
    await connection.execute(insert(menu_items), [dict(row) for row in BAD_ITEMS])
