"""Customer channels: one file each, found by its name; `common/` holds what several of them share."""
