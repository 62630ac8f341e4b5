"""What bug trackers and monitors tell us, in our words, and what is told them back. A module or a package for each."""
