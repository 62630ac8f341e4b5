"""A seal of somebody else's making."""

SQL = ("INSERT INTO seals SELECT team, 3, at, bugs, seqs, heads, prev FROM seals WHERE number = 2",)
FINDS = r"Seal 3 .* does not fit"
