"""Our own timers, so many times as fast as in life: a process that was killed or frozen is then missed in seconds.

`main` is `makegood run …` with them: the process, its kills and its databases stay real.
"""

import functools
from typing import Any

BY = 3.0
"""For stories of a few processes; a lease stays long enough for a machine that does other things, too."""


def hasten(by: float) -> None:
    """Leases, pauses and timeouts, all by the same factor. Once, before `makegood run` builds anything."""
    from bot import app  # noqa: PLC0415 - a warm parent has imported it, its child may patch it
    from bot.ledger.db import engine  # noqa: PLC0415
    from bot.ledger.inbox import inbox, worker  # noqa: PLC0415
    from bot.ledger.relay import leased, relay, subscription  # noqa: PLC0415
    from bot.sinks import board_notes, card  # noqa: PLC0415
    from bot.sinks.production import run  # noqa: PLC0415
    from bot.slack.outgoing import client  # noqa: PLC0415

    patched: Any = app
    patched.Relay = functools.partial(relay.Relay, lease_seconds=leased.LEASE / by)
    quicker = {
        relay: ("FIRST_PAUSE", "DOUBT_PAUSE", "FOREIGN_PAUSE"),
        subscription: ("REPEAT_PAUSE",),
        inbox: ("OWN_TURN",),
        worker: ("OUTAGE", "SWEEP"),
        engine: ("IDLE",),
        run: ("LOCK_PAUSE",),
        board_notes: ("CARD_PAUSE",),
        card: ("LOOK_AGAIN",),
    }
    for module, names in quicker.items():
        for name in names:
            setattr(module, name, getattr(module, name) / by)
    client.TIMEOUT = max(3, round(client.TIMEOUT / by))


def main() -> None:
    from bot.cli import main as makegood  # noqa: PLC0415 - as it starts alone

    hasten(BY)
    makegood()
