"""A Sentry of our own: the part of its web API that the bot writes back to."""
