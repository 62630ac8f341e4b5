"""From us to Slack: the client, files, private messages, and finding our own messages."""
