"""The trail and its only writer; what is stored, and how it reaches the world."""
