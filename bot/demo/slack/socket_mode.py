"""Socket Mode: single-use addresses, at most ten connections, each envelope to one of them, answers matched by envelope id."""

import asyncio
import itertools
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from bot.demo.slack.courier import ACK_SECONDS
from bot.demo.slack.faults import Faults
from bot.demo.slack.records import Ack, Delivery, Json
from bot.demo.slack.world import World

CONNECTIONS_MOST = 10
CONNECTION_SECONDS = 18_060
PING_SECONDS = 15.0


@dataclass(eq=False, kw_only=True)
class _Connection:
    socket: web.WebSocketResponse
    waiting: dict[str, asyncio.Future[Ack]] = field(default_factory=dict)
    retired: bool = False  # told to go: gets no more envelopes, but may still acknowledge those it has

    def answer(self, envelope_id: str, ack: Ack) -> None:
        waiting = self.waiting.pop(envelope_id, None)
        if waiting and not waiting.done():
            waiting.set_result(ack)


class SocketMode:
    def __init__(self, world: World, faults: Faults) -> None:
        self._world, self._faults = world, faults
        self._open: list[_Connection] = []
        self._turn = itertools.count()

    @property
    def connections(self) -> int:
        return len(self._usable())

    def _usable(self) -> list[_Connection]:
        return [connection for connection in self._open if not connection.retired]

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/socket", self._connect)]

    async def send(self, delivery: Delivery) -> Ack:
        usable = self._usable()
        if not usable:
            return Ack(ok=False, failure="no_connection")
        connection = usable[next(self._turn) % len(usable)]
        answer = connection.waiting.setdefault(delivery.envelope_id, asyncio.get_running_loop().create_future())
        try:
            await connection.socket.send_json(_envelope(delivery))
        except ConnectionError:
            return Ack(ok=False, failure="connection_failed")
        if self._faults.take_for_delivery("disconnect", delivery.kind):
            await self._cut(connection)
        return await self._in_time(answer)

    async def _in_time(self, answer: asyncio.Future[Ack]) -> Ack:
        late = asyncio.ensure_future(self._world.clock.sleep(ACK_SECONDS))
        either: set[asyncio.Future[Any]] = {answer, late}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            late.cancel()
        return answer.result() if answer.done() else Ack(ok=False, failure="timeout")

    async def disconnect(self, reason: str) -> None:
        """Tells every connection to go. It leaves by itself; after `warning` it has ten seconds more and is still used."""
        for connection in self._usable():
            connection.retired = reason != "warning"
            with suppress(ConnectionError):  # it has gone by itself
                await connection.socket.send_json(_disconnect(reason))
        self._world.announce()

    async def close(self) -> None:
        for connection in list(self._open):
            await self._cut(connection)

    async def _cut(self, connection: _Connection) -> None:
        """Closes at once; what was not acknowledged is lost."""
        self._forget(connection)
        await connection.socket.close()

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._world.tickets:
            return web.Response(status=404, text="this address was used already; ask apps.connections.open for another")
        self._world.tickets.remove(ticket)
        socket = web.WebSocketResponse(heartbeat=PING_SECONDS)
        await socket.prepare(request)
        if self.connections >= CONNECTIONS_MOST or self._faults.take_for_delivery("too_many_websockets"):
            await socket.send_json(_disconnect("too_many_websockets"))
            await socket.close()
            return socket
        await self._serve(_Connection(socket=socket))
        return socket

    async def _serve(self, connection: _Connection) -> None:
        self._open.append(connection)
        try:
            await connection.socket.send_json(self._hello())
            self._world.announce()
            async for message in connection.socket:
                if message.type is WSMsgType.TEXT:
                    _receive(connection, message.data)
        finally:
            self._forget(connection)

    def _hello(self) -> Json:
        debug = {"host": "local", "build_number": 1, "approximate_connection_time": CONNECTION_SECONDS}
        known = {"type": "hello", "num_connections": self.connections, "debug_info": debug}
        return known | {"connection_info": {"app_id": self._world.app.id}}

    def _forget(self, connection: _Connection) -> None:
        if connection in self._open:
            self._open.remove(connection)
        for envelope_id in list(connection.waiting):
            connection.answer(envelope_id, Ack(ok=False, failure="connection_failed"))
        self._world.announce()


def _receive(connection: _Connection, data: str) -> None:
    try:
        frame = json.loads(data)
    except ValueError:
        return  # Slack ignores what is no JSON, such as a client's own ping text
    if isinstance(frame, dict) and "envelope_id" in frame:
        connection.answer(frame["envelope_id"], Ack(ok=True, body=frame.get("payload")))


def _envelope(delivery: Delivery) -> Json:
    frame: Json = {
        "envelope_id": delivery.envelope_id,
        "type": delivery.kind,
        "payload": delivery.payload,
        "accepts_response_payload": delivery.kind != "events_api",
    }
    is_event = delivery.kind == "events_api"
    return frame | ({"retry_attempt": delivery.retry, "retry_reason": delivery.reason or ""} if is_event else {})


def _disconnect(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "local"}}
