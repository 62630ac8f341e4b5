"""Folds what the inbox stored into bugs."""
