"""The anchor of a day is made anew."""

ONLY = "sqlite"
SQL = ("INSERT OR REPLACE INTO anchors SELECT team, day, bugs, seqs, prev, prev FROM anchors",)
FINDS = "The anchor of 2025-11-24 does not fit"
