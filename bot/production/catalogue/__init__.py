"""The approved actions: found, read without running them, reviewed."""
