"""The same stage as for what goes out; stories that say so run on both databases."""

from tests.parts.trackers_out.conftest import (  # noqa: F401 - fixtures of a stage
    empty_postgres,
    empty_sqlite,
    http,
    ledger,
    stage,
    store,
    url,
    where,
)
