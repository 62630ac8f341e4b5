"""A local Slack that refuses what Slack refuses: Web API, Socket Mode and signed HTTP, interactivity, people who act."""

from bot.sandbox.slack.clock import Clock
from bot.sandbox.slack.dsl import Workspace
from bot.sandbox.slack.local import LocalSlack
from bot.sandbox.slack.manifest import AppManifest, Command, Shortcut
from bot.sandbox.slack.records import Act, ActError, Call, Delivery, Json, Person, SlackError, UserGroup
from bot.sandbox.slack.validate import problems, view_problems

__all__ = [
    "Act",
    "ActError",
    "AppManifest",
    "Call",
    "Clock",
    "Command",
    "Delivery",
    "Json",
    "LocalSlack",
    "Person",
    "Shortcut",
    "SlackError",
    "UserGroup",
    "Workspace",
    "problems",
    "view_problems",
]
