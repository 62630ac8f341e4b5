from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.registry import BILLERS
from tests.parts.billing.stands import STANDS, Stand


@pytest.fixture(params=BILLERS.names())
async def stand(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stand]:
    """Every biller that is found; one without a stand fails here."""
    async with STANDS[request.param](tmp_path) as stand:
        yield stand
