"""An anchor names no trails."""

SQL = ("UPDATE anchors SET seqs = 'nothing'",)
FINDS = "The anchors, the seals, or the heads of the trails can't be read"
