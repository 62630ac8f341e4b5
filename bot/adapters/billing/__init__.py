"""Billers: systems where makegoods are booked. A module or a package for each."""

from datetime import datetime

from bot.bug.money import Receipt, Upgrade


def revert_due(receipt: Receipt) -> datetime | None:
    """When `undo(receipt)` is due by itself: an upgrade ends; credits, days and codes stay."""
    if not isinstance(receipt.grant, Upgrade) or receipt.before.get("way") == "code":
        return None
    return receipt.grant.until
