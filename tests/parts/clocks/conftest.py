"""The same stage as for what goes out; stories that say so run on both databases."""

from tests.parts.ledger.conftest import (  # noqa: F401 - fixtures of a store
    empty_postgres,
    empty_sqlite,
    ledger,
    store,
    url,
)
from tests.parts.trackers_out.conftest import http, stage, where  # noqa: F401 - fixtures of a stage
