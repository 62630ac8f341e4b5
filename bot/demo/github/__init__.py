"""GitHub Actions for the demo and the tests: workflows are dispatched, their runs appear after a while, and end as told."""
