"""Seeded stories: real processes of Makegood, struck at moments that a seed draws, judged by what the world around them counts."""
