"""Hands envelopes to the app: three seconds to be acknowledged, events again at once, after a minute and after five."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, Protocol

from bot.demo.slack.faults import Faults
from bot.demo.slack.records import Ack, Delivery, Json
from bot.demo.slack.world import World

ACK_SECONDS = 3.0
RETRY_AFTER = (1.0, 60.0, 300.0)  # Slack's "almost immediately", a minute, five minutes
REORDER_SECONDS = 1.0


class Transport(Protocol):
    """Socket Mode or signed HTTP. `send` returns when the app has answered or can no longer do so in time."""

    async def send(self, delivery: Delivery) -> Ack: ...


class Tasks:
    """Background work that is kept hold of and ended."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def stop(self) -> None:
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class Courier:
    def __init__(self, world: World, faults: Faults, transport: Transport, tasks: Tasks) -> None:
        self._world, self._faults, self._transport, self._tasks = world, faults, transport, tasks
        self._held: asyncio.Event | None = None

    def event(self, payload: Json) -> None:
        """Delivers an event in the background, as often as Slack would."""
        self._tasks.start(self._event(payload))

    async def interactive(self, kind: str, payload: Json) -> Ack:
        """Delivers a command or an interaction, once: nobody repeats it but the person."""
        if kind == "interactive" and not self._world.manifest.interactive:
            return Ack(ok=False, failure="interactivity is not enabled in the manifest")
        return await self._attempt(kind, payload)

    async def _event(self, payload: Json) -> None:
        if self._held is None and self._faults.take_for_delivery("reorder", "events_api"):
            await self._wait_for_the_next()
        ack = await self._attempt("events_api", payload)
        for retry, pause in enumerate(RETRY_AFTER, 1):
            if ack.ok or ack.no_retry or ack.failure == "no_connection":
                return
            await self._world.clock.sleep(pause)
            ack = await self._attempt("events_api", payload, retry, ack.failure)

    async def _wait_for_the_next(self) -> None:
        """Holds this event back until a later one is through, or a second is over."""
        self._held = asyncio.Event()
        try:
            await asyncio.wait_for(self._held.wait(), REORDER_SECONDS)
        except TimeoutError:
            return  # no later one came
        finally:
            self._held = None

    async def _attempt(self, kind: str, payload: Json, retry: int = 0, reason: str | None = None) -> Ack:
        world = self._world
        delivery = Delivery(
            kind=kind, envelope_id=world.new_id("env"), payload=payload, at=world.now(), retry=retry, reason=reason
        )
        world.record_delivery(delivery)
        if self._faults.take_for_delivery("duplicate", kind):
            ack, _ = await asyncio.gather(self._transport.send(delivery), self._transport.send(delivery))
        else:
            ack = await self._transport.send(delivery)
        if self._faults.take_for_delivery("drop_ack", kind):
            ack = Ack(ok=False, failure="timeout")
        self._close(delivery, ack)
        return ack

    def _close(self, delivery: Delivery, ack: Ack) -> None:
        after = self._world.now() - delivery.at if ack.ok else None
        self._world.record_delivery(replace(delivery, acked_after=after, answer=ack.body, failure=ack.failure or None))
        if self._held:
            self._held.set()
