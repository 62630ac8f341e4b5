"""From Slack to a decision: listeners, dispatcher, request, grammar, context."""
