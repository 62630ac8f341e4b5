"""A Sentry of our own: the part of its web API that the bot writes back to."""

from bot.demo.sentry.fake import SentryFake

__all__ = ["SentryFake"]
