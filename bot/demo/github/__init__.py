"""GitHub Actions for the demo and the tests: workflows are dispatched, their runs appear after a while, and end as told."""

from bot.demo.github.fake import GitHubFake
from bot.demo.github.records import Run, Workflow

__all__ = ["GitHubFake", "Run", "Workflow"]
