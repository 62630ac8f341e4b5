"""A seal counts one bug less."""

SQL = ("UPDATE seals SET bugs = 1 WHERE number = 2",)
FINDS = r"Seal 2 .* does not fit"
