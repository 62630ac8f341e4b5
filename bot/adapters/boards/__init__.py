"""Where bugs stand as cards. A module or a package for each board."""
