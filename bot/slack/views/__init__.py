"""What people see in Slack: pure functions of a bug or an entry."""
