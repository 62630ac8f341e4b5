"""A production host for the demo and the tests: a real SSH server that runs real commands in a scratch directory."""
