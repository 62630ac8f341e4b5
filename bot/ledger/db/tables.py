"""Every table; `team` (the Slack workspace) is part of every key. Times are Unix seconds, except in entries, whose text is hashed."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _some(name: str, *columns: str, where: str) -> Index:
    """An index of those few rows, as its migration makes it. A query uses it only where it says the very same.

    It is said in `info`: SQLAlchemy's own words for it load the dialect of PostgreSQL, a twelfth of a start on SQLite.
    """
    return Index(name, *columns, info={"where": where})


bugs = Table(
    "bugs",
    metadata,
    Column("team", String(32), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("head", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("state", Text, nullable=False),  # the folded bug, personal data included: rebuilt when a private row goes
    Column("shape", String(16), nullable=False, server_default=""),  # by which rules it was folded (shape.py)
    Column("touched", Float, nullable=False),
    # what bugs are found by, as the state has it (index/facets.py)
    Column("began", Float),
    Column("teller", String(64)),  # its owner, while it works again and a customer does not know yet
    Column("debtor", String(64)),  # who owes the proper fix
    Column("asks", Integer, nullable=False, server_default="0"),  # fixes that wait for an approval
    Column(
        "told", Integer, nullable=False, server_default="0"
    ),  # 1: people told of it, no tracker did, and it is worked on
    Column("gave", Integer, nullable=False, server_default="0"),  # 1: a customer was promised something
    Column("unseen", Integer, nullable=False, server_default="0"),  # what was done alone and nobody else has seen
    Column("owner", String(64)),  # who has it, while it is live
    Column("waits", Float),  # since when the first customer waits who does not know yet that it works
    Column("promised", Float),  # until when news are promised to a customer who waits
    Column("informed", Integer, nullable=False, server_default="0"),  # how many customers were told that it works
    Column(
        "searched", Integer, nullable=False, server_default="0"
    ),  # the seq that the index of words has come to (index/search.py)
    Index("ix_bugs_team_status", "team", "status", "number"),
    Index("ix_bugs_team_began", "team", "began", "touched", "gave"),
    _some("ix_bugs_team_teller", "team", "teller", "number", where="teller IS NOT NULL"),
    _some("ix_bugs_team_debtor", "team", "debtor", "number", where="debtor IS NOT NULL"),
    _some("ix_bugs_team_asks", "team", "number", where="asks > 0"),
    _some("ix_bugs_team_told", "team", "number", where="told > 0"),
    _some("ix_bugs_team_unseen", "team", "number", where="unseen > 0"),
    _some("ix_bugs_team_owner", "team", "owner", "number", where="owner IS NOT NULL"),
    _some("ix_bugs_team_waits", "team", "waits", "number", where="waits IS NOT NULL"),
    _some("ix_bugs_team_promised", "team", "promised", "number", where="promised IS NOT NULL"),
    _some("ix_bugs_team_in_hand", "team", "waits", "number", where="status IN ('open', 'claimed', 'fixed')"),
    _some("ix_bugs_unsearched", "team", "number", where="searched <> seq"),
    Index("ix_bugs_team_touched", "team", "touched"),
    Index("ix_bugs_team_shape", "team", "shape", "number"),
)

SEARCH = "search"
"""The index of words: a table of its own kind on each database, so the migration alone describes it."""

workspaces = Table(
    "workspaces",  # what belongs to no bug, as folded from the entries of number 0
    metadata,
    Column("team", String(32), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("head", String(64), nullable=False),
    Column("state", Text, nullable=False),
    Column("shape", String(16), nullable=False, server_default=""),
)

entries = Table(
    "entries",
    metadata,
    Column("team", String(32), primary_key=True),
    Column("bug", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(40), nullable=False),
    Column("at", String(40), nullable=False),  # ISO 8601, UTC
    Column("by", String(120), nullable=False),  # JSON of the actor
    Column("key", String(200)),
    Column("body", Text, nullable=False),
    Column("commitment", String(64)),
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("team", "key"),
)

private = Table(
    "private",
    metadata,
    Column("team", String(32), primary_key=True),
    Column("bug", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("salt", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("expires", Float),
)

counters = Table(
    "counters",
    metadata,
    Column("team", String(32), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

groups = Table(
    "groups",  # which error group of a tracker is which bug; NULL while it is counted but not admitted
    metadata,
    Column("team", String(32), primary_key=True),
    Column("source", String(40), primary_key=True),
    Column("group", String(200), primary_key=True),
    Column("bug", Integer),
    Column("seen", Integer, nullable=False),
    Column("alert", Text, nullable=False, server_default=""),  # the newest one, while it is not a bug
    Index("ix_groups_team_bug", "team", "bug"),
)

conversations = Table(
    "conversations",  # which conversation of a channel belongs to which bug; NULL bug: a line waits for a person's choice
    metadata,
    Column("team", String(32), primary_key=True),
    Column("source", String(40), primary_key=True),
    Column("conversation", String(300), primary_key=True),
    Column("bug", Integer),
    Column("state", String(16), nullable=False),  # asked | joined | dropped
    Column("line", String(32), nullable=False, server_default=""),  # its message in the channel; "?" while it is posted
    Column("body", Text, nullable=False),
    Column("at", Float, nullable=False),
)

threads = Table(
    "threads",  # which message's thread is which bug's: the card, and other apps' alerts about it
    metadata,
    Column("team", String(32), primary_key=True),
    Column("channel", String(32), primary_key=True),
    Column("ts", String(32), primary_key=True),
    Column("bug", Integer, nullable=False),
)

pulls = Table(
    "pulls",  # which pull request names which bug, and its newest commit
    metadata,
    Column("team", String(32), primary_key=True),
    Column("pull", String(120), primary_key=True),  # as Pull.key has it
    Column("bug", Integer, primary_key=True, autoincrement=False),
    Column("forge", String(40), nullable=False),
    Column("head", String(80), nullable=False),
    Index("ix_pulls_team_head", "team", "forge", "head"),
)

reverts = Table(
    "reverts",  # which merged pull request takes which back; both as Pull.key has it
    metadata,
    Column("team", String(32), primary_key=True),
    Column("pull", String(120), primary_key=True),
    Column("by", String(120), primary_key=True),
)

checks = Table(
    "checks",  # how the checks of a commit stand; kept for some weeks, whether a pull request of it is known or not
    metadata,
    Column("team", String(32), primary_key=True),
    Column("forge", String(40), primary_key=True),
    Column("head", String(80), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("shown", String(200), nullable=False),
    Column("state", String(10), nullable=False),
    Column("at", Float, nullable=False),  # by the forge's clock
    Column("kept", Float, nullable=False),  # since when it is here
    Index("ix_checks_team_kept", "team", "kept"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("team", String(32), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("source", String(60), nullable=False),
    Column("at", Float, nullable=False),
    Column("due", Float, nullable=False),  # when somebody else may take it up; the process that stored it goes first
    Column("body", Text, nullable=False),
    Column("state", String(10), nullable=False),  # new | done | refused | dead
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("note", Text, nullable=False, server_default=""),
    Index("ix_inbox_state_due", "state", "due"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("team", String(32), primary_key=True),
    Column("bug", Integer, primary_key=True, autoincrement=False),
    Column("sink", String(40), primary_key=True),
    Column("done", Integer, nullable=False),
    Column("due", Float),  # NULL: nothing to do
    Column("rank", Integer, nullable=False),  # 0 answers to people, 1 live bugs, 2 new cards, 3 repeats
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lease", Float, nullable=False, server_default="0"),  # until when somebody is on it
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("doubt", Integer, nullable=False, server_default="0"),  # 1: the last attempt may have happened, look first
    Column("gave_up", Text),
    Column("external", Text, nullable=False, server_default="{}"),
    _some("ix_cursors_due", "team", "sink", "due", "rank", where="due IS NOT NULL"),
    _some("ix_cursors_gave_up", "team", "sink", "bug", where="gave_up IS NOT NULL"),
    _some("ix_cursors_tried", "team", "sink", "bug", where="attempts >= 2"),
)

budgets = Table(
    "budgets",
    metadata,
    Column("team", String(32), primary_key=True),
    Column("scope", String(120), primary_key=True),
    Column("free_at", Float, nullable=False),  # GCRA: the theoretical arrival time
)

locks = Table(
    "locks",  # fixes that hold a piece of production: only an outcome frees it
    metadata,
    Column("team", String(32), primary_key=True),
    Column("target", String(80), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("bug", Integer, nullable=False),
    Column("run", Integer, nullable=False),
    Column("at", Float, nullable=False),
)

helped = Table(
    "helped",  # runs that worked and stand, by the kind of their bug: a hash, so that it tells nothing of people
    metadata,
    Column("team", String(32), primary_key=True),
    Column("bug", Integer, primary_key=True, autoincrement=False),
    Column("run", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(64), nullable=False),
    Column("action", String(80), nullable=False),
    Column("at", Float, nullable=False),
    Index("ix_helped_team_kind", "team", "kind", "action", "at"),
)

spent = Table(
    "spent",  # makegoods by cap, changed conditionally in the transaction that promises them
    metadata,
    Column("team", String(32), primary_key=True),
    Column("cap", String(160), primary_key=True),
    Column("amount", BigInteger, nullable=False),
)

flags = Table(
    "flags",  # whose turn a job is, what people are called, the poll's place on the board: nothing that somebody looks up later
    metadata,
    Column("team", String(32), primary_key=True),
    Column("name", String(160), primary_key=True),
    Column("value", Text, nullable=False),
    Column("by", String(120), nullable=False),
    Column("at", Float, nullable=False),
)

anchors = Table(
    "anchors",  # once a day: how far every bug's trail had come, and their number
    metadata,
    Column("team", String(32), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("bugs", Integer, nullable=False),
    Column("seqs", Text, nullable=False),  # [[bug, seq], …] of those that went on since the anchor before
    Column("heads", String(64), nullable=False),
    Column("prev", String(64), nullable=False),
)

seals = Table(
    "seals",  # the running hash over all trails, carried on while they are written; like an anchor, but of the moment
    metadata,
    Column("team", String(32), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),  # ISO 8601, UTC
    Column("bugs", Integer, nullable=False),
    Column("seqs", Text, nullable=False),  # [[bug, seq], …] of those that went on since the seal before
    Column("heads", String(64), nullable=False),
    Column("prev", String(64), nullable=False),
)
