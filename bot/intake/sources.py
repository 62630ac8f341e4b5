"""Who works off what: the names under which items wait in the inbox."""

ALERTS, PEOPLE, BOARD = "hook.tracker", "hook.customer", "hook.board"
