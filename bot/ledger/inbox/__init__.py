"""What arrives: stored before it is answered, then worked on once."""
