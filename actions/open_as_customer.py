"""The page as the customer sees it."""

from pydantic import Field

from bot.api import HttpAction, Request, Risk


class OpenAsCustomer(HttpAction):
    """Get a one-time link that opens the site as this customer, to see what they see.

    Only you see the link; that you asked for it is recorded. Change nothing there: it is their account.
    """

    risk = Risk.LOW
    target = "app"
    private_answer = True

    email: str = Field(title="Customer's e-mail", pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)

    def lock_key(self) -> str:
        return f"login/{self.email}"

    def request(self) -> Request:
        return Request(path="/login-links", json_body={"email": self.email, "minutes": 10, "uses": 1})

    def undo_request(self) -> Request:
        return Request(method="DELETE", path="/login-links/{email}", segments={"email": self.email})
