"""Tasks that run beside the others until they are cancelled. One that lasts as long as the process never ends without a word."""

import asyncio
import logging
from collections.abc import Collection, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.bug.errors import MakegoodError
from bot.text import sentence

log = logging.getLogger(__name__)


async def cancelled(task: asyncio.Task[None]) -> None:
    """Cancels it and waits until it has ended, however it ends."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@contextmanager
def surviving(said: str) -> Iterator[None]:
    """One round of a task that lasts: whatever it raises is logged, and the next round comes.

    `said`: what did not work, without a full stop. What is foreseen is a line, anything else has its traceback.
    """
    try:
        yield
    except (MakegoodError, SQLAlchemyError, OSError) as error:
        log.warning("%s: %s", said, sentence(error))
    except asyncio.CancelledError:
        # a library's own, out of something that it cancelled: only who cancels this task ends it
        if (task := asyncio.current_task()) is None or task.cancelling():
            raise
        log.exception("%s", said)
    except Exception:  # whatever it was, without further rounds the whole process would stand still
        log.exception("%s", said)


@dataclass(frozen=True)
class Lasting:
    """The tasks that one process can't do without. One that ends unasked is logged, and /ready names it."""

    _running: dict[asyncio.Task[None], str] = field(default_factory=dict)
    _ended: list[str] = field(default_factory=list)

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """`name`: what it does, as in "renewing of leases"."""
        task = asyncio.create_task(work, name=name)
        self._running[task] = name
        task.add_done_callback(self._done)
        return task

    def cancel(self, *tasks: asyncio.Task[None]) -> None:
        """They are meant to end now."""
        for task in tasks:
            self._running.pop(task, None)
            task.cancel()

    async def stop(self, *tasks: asyncio.Task[None]) -> None:
        """Cancels them and waits until they have ended."""
        self.cancel(*tasks)
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def ended(self) -> Collection[str]:
        """The names of those that ended unasked."""
        return tuple(self._ended)

    def _done(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        name = self._running.pop(task, None)
        if name is None or not (task.cancelled() or error):
            return  # it was stopped, or had nothing left to do
        self._ended.append(name)
        log.critical("The %s has ended and goes on only after a restart of Makegood.", name, exc_info=error)
