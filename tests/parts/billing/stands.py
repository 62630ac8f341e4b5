"""A stand for every biller: the biller, its customers, and how to see what they have now."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy.ext.asyncio import create_async_engine

from bot.adapters.billing import sql, stripe
from bot.adapters.ports import Biller
from bot.demo.till.fake import StripeFake

KEY = "sk_test_of_the_team"
MIA, PETE = "mia@studio.example", "pete@shop.example"
NEXT_MONTH = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Stand:
    """Mia pays for "starter", Pete has no subscription; `see` gives (credit, plan) of an e-mail."""

    biller: Biller
    see: Callable[[str], Awaitable[tuple[int, str]]]
    change_plan: Callable[[str, str], Awaitable[None]]


@asynccontextmanager
async def served(till: StripeFake) -> AsyncIterator[str]:
    """Below a prefix, as the demo mounts it."""
    app, below = web.Application(), web.Application()
    below.add_routes(till.routes())
    app.add_subapp("/till", below)
    async with TestServer(app) as server:
        yield str(server.make_url("/till"))


def new_till() -> StripeFake:
    till = StripeFake(api_key=KEY)
    till.seed(
        plans={"starter": 900, "pro": 2900},
        customers=[{"email": MIA, "name": "Mia", "plan": "starter", "period_end": NEXT_MONTH}, {"email": PETE}],
    )
    return till


def seen(till: StripeFake, email: str) -> tuple[int, str]:
    found = next(one for one in till.snapshot()["customers"] if one["email"] == email)
    return found["credit"], found["plan"]


@asynccontextmanager
async def stripe_stand(_folder: Path) -> AsyncIterator[Stand]:
    till = new_till()

    async def see(email: str) -> tuple[int, str]:
        return seen(till, email)

    async def change_plan(email: str, plan: str) -> None:
        customer = till.store.all("customer", email=email)[0]["id"]
        subscription = till.store.all("subscription", customer=customer)[0]
        till.store.set_price(
            subscription, subscription["items"]["data"][0]["id"], till.store.all("price", lookup_key=plan)[0]["id"]
        )

    async with served(till) as address:
        biller = stripe.connect(stripe.Settings.model_validate({"key": KEY, "base_url": address}))
        yield Stand(biller=biller, see=see, change_plan=change_plan)
        await biller.close()


ROWS = sa.MetaData()
ACCOUNTS = sa.Table(
    "accounts",
    ROWS,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String, nullable=False),
    sa.Column("plan", sa.String),
    sa.Column("paid_until", sa.DateTime),
    sa.Column("cents", sa.Integer, nullable=False),
)
RECEIPTS = sa.Table(
    "makegood_receipts",
    ROWS,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("receipt", sa.Text, nullable=False),
)


def sql_settings(folder: Path, **more: object) -> sql.Settings:
    account = {"table": "accounts", "plan": "plan", "until": "paid_until", "credit": "cents"}
    given = {
        "target": f"sqlite:///{folder}/shop.db",
        "account": account,
        "plans": ["starter", "pro"],
        "receipts": "makegood_receipts",
    }
    return sql.Settings.model_validate(given | more)


@asynccontextmanager
async def sql_stand(folder: Path, **settings: object) -> AsyncIterator[Stand]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{folder}/shop.db")
    naive = NEXT_MONTH.replace(tzinfo=None)
    people = [
        {"id": 1, "email": MIA, "plan": "starter", "paid_until": naive, "cents": 0},
        {"id": 2, "email": PETE, "plan": None, "paid_until": None, "cents": 0},
    ]
    async with engine.begin() as connection:
        await connection.run_sync(ROWS.create_all)
        await connection.execute(sa.insert(ACCOUNTS), people)

    async def see(email: str) -> tuple[int, str]:
        async with engine.connect() as connection:
            row = (await connection.execute(sa.select(ACCOUNTS).where(ACCOUNTS.c.email == email))).one()
        return row.cents, row.plan

    async def change_plan(email: str, plan: str) -> None:
        async with engine.begin() as connection:
            await connection.execute(sa.update(ACCOUNTS).where(ACCOUNTS.c.email == email).values(plan=plan))

    biller = sql.connect(sql_settings(folder, **settings))
    yield Stand(biller=biller, see=see, change_plan=change_plan)
    await biller.close()
    await engine.dispose()


STANDS: dict[str, Callable[[Path], AbstractAsyncContextManager[Stand]]] = {"stripe": stripe_stand, "sql": sql_stand}
