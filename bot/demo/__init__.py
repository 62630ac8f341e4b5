"""What `makegood demo` and the tests run against: a local Slack, a customer, a board, a till."""
