"""The rules, pure: frozen values in, events out; no clock, no I/O."""
