"""The anchor does not name a bug any more."""

SQL = ("UPDATE anchors SET seqs = '[]' WHERE day = '2025-11-25'",)
FINDS = "The anchor of 2025-11-25 does not fit"
