"""Checks whether anybody listens at the address of a target that could not be reached."""

import asyncio
import socket

PATIENCE = 3.0


async def nobody(host: str, port: int) -> str:
    """What is wrong with the way there; empty where somebody takes the connection."""
    try:
        async with asyncio.timeout(PATIENCE):
            _, writer = await asyncio.open_connection(host, port)
    except ConnectionRefusedError:
        return f"nobody listens at {host}:{port}. Is it up, and are host and port right?"
    except socket.gaierror:
        return f"the name {host} leads nowhere. Is it spelt right?"
    except TimeoutError:
        return f"{host}:{port} does not answer. Is a firewall between?"
    except OSError:
        return f"there is no way to {host}:{port}. Is a network or a firewall between?"
    writer.close()
    return ""
