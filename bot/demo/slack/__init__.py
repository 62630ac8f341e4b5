"""A local Slack that refuses what Slack refuses: Web API, Socket Mode and signed HTTP, interactivity, people who act."""
