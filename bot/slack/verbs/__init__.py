"""The verbs: one function each, the same for a button, a command and a word in the thread."""

from bot.slack.verbs import (  # noqa: F401 - importing them registers them
    approvals,
    course,
    customers,
    debts,
    exporting,
    fixes,
    inbound,
    looks,
    owner,
    reading,
    retro,
    reviews,
    seen,
    tells,
    waiving,
)
