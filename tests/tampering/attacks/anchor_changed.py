"""The anchor counts one bug less."""

SQL = ("UPDATE anchors SET bugs = 1 WHERE day = '2025-11-25'",)
FINDS = "The anchor of 2025-11-25 does not fit"
