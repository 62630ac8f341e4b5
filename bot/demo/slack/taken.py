"""Every payload of the app that this Slack took is shown to the watchers, so that another judge can look at it as well."""

from collections.abc import Callable
from typing import Any

from bot.demo.slack.records import Json

Watcher = Callable[[str, Json], None]
"""Hears what kind of payload it is (Message, Response, Modal, Home, Submission, Suggestions), and the payload.

LockScreen: the text of a direct message, as a phone shows it.
"""
watchers: list[Watcher] = []


def taken(kind: str, payload: Any) -> None:
    for watcher in watchers:
        watcher(kind, payload)
