"""One module a command: `options(parser)` and `run(args) -> exit status`."""
