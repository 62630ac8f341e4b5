"""Who is this, and what do they have? Adapt the table and column to your own database."""

from typing import Any, ClassVar

from pydantic import Field
from sqlalchemy import Select, select

from bot.api import FixThis, Look, Tables


class CustomerAccount(Look):
    """The customer's account, by e-mail address."""

    row_limit = 5
    from_facts: ClassVar = {"email": ("user.email", "metaData.user.email")}
    fixes = (FixThis(action="extend-trial", fills={"account": "id"}),)

    email: str = Field(description="As the customer signs in", max_length=320)

    def query(self, tables: Tables) -> Select[Any]:
        email = tables.column("accounts", "email")
        return select(*tables.shown("accounts")).where(email == self.email).order_by(tables.key("accounts"))
