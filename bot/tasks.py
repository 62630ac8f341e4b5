"""Tasks that run beside the others until they are cancelled."""

import asyncio


async def cancelled(task: asyncio.Task[None]) -> None:
    """Cancels it and waits until it has ended, however it ends."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
