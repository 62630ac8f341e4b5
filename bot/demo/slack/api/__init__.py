"""The Web API, a module per family; importing them fills the table of methods."""

from bot.demo.slack.api import app, chat, conversations, files, history, reactions, schedule, users, views
from bot.demo.slack.api.registry import METHODS, Args, Context, Method

__all__ = [
    "METHODS",
    "Args",
    "Context",
    "Method",
    "app",
    "chat",
    "conversations",
    "files",
    "history",
    "reactions",
    "schedule",
    "users",
    "views",
]
