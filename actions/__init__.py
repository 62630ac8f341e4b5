"""Approved actions and looks, one a file. docs/actions.md tells how to write one."""
