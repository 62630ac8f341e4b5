"""The names under which items wait in the inbox: each is given to the handler that the composition root puts there."""

ALERTS, PEOPLE, BOARD = "hook.tracker", "hook.customer", "hook.board"
PULL, CHECKS = "hook.pull", "hook.checks"
PROPOSAL = "proposal"
"""Not a delivery but an intent: the line of a conversation that belongs to no bug is to be shown."""
