"""Billers, one module each, found by the name of their kind: "stripe" is bot/adapters/billing/stripe.py."""

import importlib
import pkgutil
from datetime import datetime
from types import ModuleType

from bot.bug.errors import Misconfigured
from bot.bug.money import Receipt, Upgrade


def kinds() -> tuple[str, ...]:
    """What `billing.kind` may be; modules that begin with an underscore are parts of the others."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")))


def find(kind: str) -> ModuleType:
    """The module with `Settings` and `connect`; imported here and not before, since Stripe's library takes its time."""
    if kind not in kinds():
        raise Misconfigured(
            f'billing.kind is "{kind}", which there is no biller for. Write one of: {", ".join(kinds())}.'
        )
    return importlib.import_module(f"{__name__}.{kind}")


def revert_due(receipt: Receipt) -> datetime | None:
    """When `undo(receipt)` is due by itself: an upgrade ends; credits, days and codes stay."""
    if not isinstance(receipt.grant, Upgrade) or receipt.before.get("way") == "code":
        return None
    return receipt.grant.until
