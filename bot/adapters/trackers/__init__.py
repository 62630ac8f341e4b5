"""Trackers and monitors: their deliveries in our words, and calls back. A module or a package for each."""
