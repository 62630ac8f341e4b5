"""The first seal is gone."""

SQL = ("DELETE FROM seals WHERE number = 1",)
FINDS = r"Seal 2 .* does not fit"
