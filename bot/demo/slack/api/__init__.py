"""The Web API, a module per family; importing them fills the table of methods."""

from bot.demo.slack.api import (  # noqa: F401 - importing them fills it
    app,
    chat,
    conversations,
    files,
    history,
    users,
    views,
)
