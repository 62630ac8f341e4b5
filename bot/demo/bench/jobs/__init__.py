"""The catalogue of the measured bot."""
