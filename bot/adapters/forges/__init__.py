"""Forges: where code is merged. Their deliveries in our words. A module for each."""
