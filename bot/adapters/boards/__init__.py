"""Boards: systems where bugs stand as cards. A module or a package for each."""
