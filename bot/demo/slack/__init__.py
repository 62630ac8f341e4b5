"""A local Slack that refuses what Slack refuses: Web API, Socket Mode and signed HTTP, interactivity, people who act."""

from bot.demo.slack.clock import Clock
from bot.demo.slack.dsl import Workspace
from bot.demo.slack.local import LocalSlack
from bot.demo.slack.manifest import AppManifest, Command, Shortcut
from bot.demo.slack.records import Act, ActError, Call, Delivery, Json, Person, SlackError, UserGroup
from bot.demo.slack.validate import problems, view_problems

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
