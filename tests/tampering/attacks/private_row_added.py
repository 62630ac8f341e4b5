"""Words are put into an entry that has none."""

SQL = ("INSERT INTO private VALUES ('T0LOCAL', 1, 3, 'ab', '{\"text\":\"x\"}', NULL)",)
FINDS = "BUG-1: the private part of entry 3 is not what was written"
