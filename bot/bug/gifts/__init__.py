"""Makegoods: what a customer gets, worked out, capped, booked, taken back."""
