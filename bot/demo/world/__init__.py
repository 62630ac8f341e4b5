"""The small SaaS that is being saved, and everything around it: tracker, chat, mail, board, till, host."""

from bot.demo.world.world import World

__all__ = ["World"]
