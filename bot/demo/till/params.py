"""What each call of the till may be asked, and Stripe's words for what it may not."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

Metadata = dict[Annotated[str, StringConstraints(max_length=40)], Annotated[str, StringConstraints(max_length=500)]]
Currency = Annotated[str, StringConstraints(pattern=r"^[a-z]{3}$")]


class StripeRefusal(Exception):
    """Stripe's error: a status and the object in "error"."""

    def __init__(
        self, status: int, message: str, *, kind: str = "invalid_request_error", code: str = "", param: str = ""
    ) -> None:
        super().__init__(message)
        self.status = status
        told = {"type": kind, "message": message, "code": code, "param": param}
        self.body = {"error": {name: value for name, value in told.items() if value}}


class Params(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


P = TypeVar("P", bound=Params)


class Listed(Params):
    limit: int = Field(default=10, ge=1, le=100)
    starting_after: str = ""
    expand: list[str] = []


class CustomerList(Listed):
    email: str = ""


class CustomerNew(Params):
    email: str = ""
    name: str = ""
    description: str = ""
    metadata: Metadata = {}


class BalanceNew(Params):
    amount: int
    currency: Currency
    description: str = Field(default="", max_length=350)
    metadata: Metadata = {}


class SubscriptionList(Listed):
    customer: str = ""
    status: Literal["", "all", "active", "trialing", "canceled", "past_due"] = ""


class NewItem(Params):
    price: str
    quantity: int = 1


class EndBehavior(Params):
    missing_payment_method: Literal["cancel", "create_invoice", "pause"]


class TrialSettings(Params):
    end_behavior: EndBehavior


class SubscriptionNew(Params):
    customer: str
    items: list[NewItem]
    trial_end: int | None = None
    trial_settings: TrialSettings | None = None
    metadata: Metadata = {}


class ChangedItem(Params):
    id: str
    price: str


class SubscriptionChange(Params):
    items: list[ChangedItem] = []
    trial_end: int | Literal["now"] | None = None
    proration_behavior: Literal["none", "create_prorations", "always_invoice"] = "create_prorations"
    metadata: Metadata = {}


class PriceList(Listed):
    active: bool | None = None
    type: Literal["", "recurring", "one_time"] = ""
    lookup_keys: list[str] = []


class PromotionList(Listed):
    customer: str = ""
    active: bool | None = None


class Promotion(Params):
    type: Literal["coupon"]
    coupon: str


class PromotionNew(Params):
    promotion: Promotion
    customer: str = ""
    code: str = ""
    max_redemptions: int | None = None
    expires_at: int | None = None
    metadata: Metadata = {}


class PromotionChange(Params):
    active: bool | None = None
    metadata: Metadata = {}


class CouponNew(Params):
    id: str = ""
    name: str = ""
    percent_off: float | None = None
    amount_off: int | None = None
    currency: str = ""
    duration: Literal["once", "repeating", "forever"] = "once"


class Nothing(Params):
    expand: list[str] = []


def read(shape: type[P], given: Mapping[str, Any]) -> P:
    """The call's parameters, or Stripe's refusal of the first that is wrong."""
    try:
        return shape.model_validate(given)
    except ValidationError as wrong:
        raise _refusal(wrong) from wrong


def _refusal(wrong: ValidationError) -> StripeRefusal:
    first = wrong.errors()[0]
    head, *rest = (str(part) for part in first["loc"])
    param = head + "".join(f"[{part}]" for part in rest)
    if first["type"] == "extra_forbidden":
        return StripeRefusal(400, f"Received unknown parameter: {param}", code="parameter_unknown", param=param)
    if first["type"] == "missing":
        return StripeRefusal(400, f"Missing required param: {param}.", code="parameter_missing", param=param)
    return StripeRefusal(400, f"Invalid {param}: {first['msg']}", code="parameter_invalid", param=param)
