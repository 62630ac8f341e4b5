"""The application puts an account right by itself, when asked."""

from typing import Literal

from pydantic import Field

from bot.api import HttpAction, Request, Risk


class MaintenanceEndpoint(HttpAction):
    """Call a maintenance task of the application for one account.

    Each task works out anew what the account should have; running it twice does no harm.
    """

    risk = Risk.MEDIUM
    target = "app"

    task: Literal["recount-usage", "rebuild-index", "sync-plan"]
    account: str = Field(title="Account", description="Its number, such as 4711", max_length=100)

    def lock_key(self) -> str:
        return f"account/{self.account}"

    def request(self) -> Request:
        return Request(path="/maintenance/{task}/{account}", segments={"task": self.task, "account": self.account})

    def check_request(self) -> Request:
        segments = {"task": self.task, "account": self.account}
        return Request(method="GET", path="/maintenance/{task}/{account}", segments=segments)
