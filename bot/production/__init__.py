"""Approved actions on production: what they are, their preview, run and undo. Usable without Slack and without a trail."""
