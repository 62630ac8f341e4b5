"""Makes one call to Stripe, once although its answer may get lost, and says what its failures mean."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import aiohttp
import stripe

from bot.bug.errors import Doubtful, Outside, Rejected, Unavailable
from bot.bug.money import Receipt

T = TypeVar("T")
ATTEMPTS = 5
TOO_MANY, BUSY, BROKEN = 429, 409, 500


class StoredFailure(Doubtful):
    """Stripe repeats the failure it stored under our idempotency key: look, and if it is not there use another key."""


async def reading(call: Awaitable[T]) -> T:
    try:
        return await call
    except (stripe.StripeError, aiohttp.ClientError, TimeoutError) as error:
        raise _failure(error, writing=False) from error


async def writing(call: Awaitable[T]) -> T:
    try:
        return await call
    except (stripe.StripeError, aiohttp.ClientError, TimeoutError) as error:
        raise _failure(error, writing=True) from error


async def once(
    key: str, write: Callable[[str], Awaitable[Receipt]], look: Callable[[], Awaitable[Receipt | None]]
) -> Receipt:
    """`write` gets the idempotency key to use; a stored failure is not believed before `look` has looked."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return await write(key if attempt == 1 else f"{key}-{attempt}")
        except StoredFailure:
            found = await look()
            if found is not None:
                return found
    raise Unavailable(f"Stripe failed {ATTEMPTS} times at this; nothing was changed there.")


def mark(key: str, before: Mapping[str, str]) -> dict[str, str]:
    """Metadata that finds the object again under our key, and what was there before, for an undo."""
    return {"makegood_key": key, _slot(key): json.dumps(dict(before))}


def unmark(key: str) -> dict[str, str]:
    return {_slot(key): ""}


def marked(metadata: object, key: str) -> dict[str, str] | None:
    """What was there before, if the object has our mark."""
    held = metadata.to_dict() if isinstance(metadata, stripe.StripeObject) else metadata
    value = held.get(_slot(key)) if isinstance(held, dict) else None
    return {str(name): str(part) for name, part in json.loads(value).items()} if value else None


def _slot(key: str) -> str:
    """A name of its own for each key, since a subscription collects several; Stripe allows 40 characters."""
    return f"makegood_{hashlib.sha256(key.encode()).hexdigest()[:24]}"


def _failure(error: Exception, *, writing: bool) -> Outside:
    if isinstance(error, stripe.IdempotencyError):
        return StoredFailure("An earlier attempt asked Stripe for something else under the same key.")
    if isinstance(error, stripe.StripeError) and error.http_status is not None:
        return _answered(error, error.http_status, writing=writing)
    if not writing or isinstance(error.__cause__, aiohttp.ClientConnectorError):
        return Unavailable("Stripe can't be reached. Nothing was changed there; it is tried again.")
    return Doubtful("Stripe did not answer; it may have done it. It is looked up before it is tried again.")


def _answered(error: stripe.StripeError, status: int, *, writing: bool) -> Outside:
    if status == TOO_MANY:
        return Unavailable("Stripe asks to slow down.", retry_after=float(_header(error, "Retry-After") or 1))
    if status == BUSY:
        return Doubtful("Stripe is still busy with the attempt before.")
    if status >= BROKEN:
        return _broken(error, status, writing=writing)
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return Rejected("Stripe does not accept billing.key for this: check the key and what it may do.")
    return Rejected(f"Stripe refused: {error.user_message or status}")


def _broken(error: stripe.StripeError, status: int, *, writing: bool) -> Outside:
    if not writing:
        return Unavailable(f"Stripe is out of order ({status}).")
    if _header(error, "Idempotent-Replayed") == "true":
        return StoredFailure(f"Stripe repeats an earlier failure ({status}).")
    return Doubtful(f"Stripe failed midway ({status}); it may have done it. It is looked up before it is tried again.")


def _header(error: stripe.StripeError, name: str) -> str:
    return (error.headers or {}).get(name, "")
