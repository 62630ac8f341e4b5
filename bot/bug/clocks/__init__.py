"""Whom to remind of what, and when; office hours; the call outside of Slack."""
