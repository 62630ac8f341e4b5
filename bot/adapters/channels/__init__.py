"""Channels: customers' messages in, answers out. A module for each."""
