"""Our identity in the Slack workspace, and the client that speaks there."""

from dataclasses import dataclass

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.directory import Directory
from bot.slack.incoming.connection import Identity
from bot.slack.outgoing.client import SlackPort


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    me: Identity
    client: AsyncWebClient
    http: aiohttp.ClientSession
    """For Slack alone: it keeps its connections for longer."""
    port: SlackPort
    directory: Directory
