"""The session under py-trello: which host, how long, how often, and what a failure means."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from urllib3.exceptions import NewConnectionError

from bot.bug.errors import Doubtful, Outside, Rejected, Unavailable

WINDOW = 10.0
PER_WINDOW = 100
"""Calls of one token in a window. A key has 300, which one token can't reach."""
READS = frozenset({"GET", "HEAD"})
OK, UNAUTHORISED, FORBIDDEN, MISSING, TOO_MANY, BROKEN = 200, 401, 403, 404, 429, 500
WIRE = logging.getLogger("urllib3.connectionpool")


class TrelloLimit:
    """The calls of the last window; `wait` says for how long the next must."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._calls = now, deque[float](maxlen=PER_WINDOW)

    def wait(self) -> float:
        full = len(self._calls) == PER_WINDOW
        return max(0.0, self._calls[0] + WINDOW - self._now()) if full else 0.0

    def count(self) -> None:
        self._calls.append(self._now())


class Credentials(AuthBase):
    """In a header rather than in the address, which ends up in logs."""

    def __init__(self, key: str, token: str) -> None:
        self._header = f'OAuth oauth_consumer_key="{key}", oauth_token="{token}"'

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._header
        return request


class Redaction(logging.Filter):
    """One call of Trello's has the token in its path; the wire's debug log must not show it."""

    def __init__(self, *secrets: str) -> None:
        super().__init__()
        self._secrets = secrets

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self.clean(record.getMessage()), ()
        return True

    def clean(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return text


class TrelloSession(requests.Session):
    """Used from one thread only. Every failure leaves it as one of ours."""

    def __init__(self, *, base_url: str, key: str, token: str, timeout: float = 10) -> None:
        super().__init__()
        self.auth = Credentials(key, token)
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._base, self._timeout = base_url.rstrip("/"), timeout
        self._pace = TrelloLimit()
        self._closing = threading.Event()
        self._redaction = Redaction(key, token)
        WIRE.addFilter(self._redaction)

    def request(self, method: str, url: str, **how: Any) -> requests.Response:  # type: ignore[override]  # py-trello's few arguments
        path = urlsplit(str(url)).path
        params = {name: value for name, value in (how.get("params") or {}).items() if name not in ("key", "token")}
        self._wait()
        what, reading = f"{method} {self._redaction.clean(path)}", method in READS
        try:
            answer = super().request(
                method,
                self._base + path,
                params=params,
                headers=how.get("headers"),
                data=how.get("data"),
                timeout=self._timeout,
            )
            if answer.status_code == OK:
                answer.json()  # py-trello will: what is no JSON is found here, where it has a meaning
        except requests.RequestException as error:
            raise _cut_off(error, what, reading=reading) from None  # the cause quotes the whole address
        if answer.status_code != OK:
            raise _refused(answer, what, reading=reading)
        return answer

    def stop(self) -> None:
        """No call waits for its turn any more."""
        self._closing.set()

    def close(self) -> None:
        super().close()
        WIRE.removeFilter(self._redaction)

    def _wait(self) -> None:
        if self._closing.wait(self._pace.wait()):
            raise Unavailable("Makegood is stopping; Trello was not called.")
        self._pace.count()


def _cut_off(error: requests.RequestException, what: str, *, reading: bool) -> Outside:
    if reading or _never_left(error):
        return Unavailable(f"Trello can't be reached ({what}). Nothing was changed there; it is tried again.")
    return Doubtful(
        f"Trello did not answer ({what}); it may have done it. The board is looked at before it is tried again."
    )


def _never_left(error: requests.RequestException) -> bool:
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)


def _refused(answer: requests.Response, what: str, *, reading: bool) -> Outside:
    if answer.status_code == TOO_MANY:
        return Unavailable("Trello asks to slow down.", retry_after=WINDOW)
    if answer.status_code >= BROKEN:
        if reading:
            return Unavailable(f"Trello is out of order ({answer.status_code} to {what}).")
        return Doubtful(f"Trello failed midway ({answer.status_code} to {what}); it may have done it.")
    if answer.status_code in (UNAUTHORISED, FORBIDDEN):
        return Rejected(
            "Trello does not accept board.key and board.token for this: make a new token at trello.com/app-key."
        )
    if answer.status_code == MISSING:
        return Rejected(
            f"Trello has no such thing ({what}): the card or the board was deleted, or the token may not see it."
        )
    return Rejected(f"Trello refused ({answer.status_code} to {what}): {answer.text[:200]}")
