"""How what customers say reaches us, and how an answer reaches them. A module for each channel."""
