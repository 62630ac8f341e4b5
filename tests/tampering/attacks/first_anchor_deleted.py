"""The first day never was."""

SQL = ("DELETE FROM anchors WHERE day = '2025-11-24'",)
FINDS = "The anchor of 2025-11-25 does not fit"
