"""Writes a statement out as the database gets it. Those of one shape are compiled once: a fix is planned for its preview and its run."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

_MOST = 200
"""Shapes that are kept."""


class Compiler:
    """For one dialect."""

    def __init__(self, dialect: sa.Dialect) -> None:
        self._dialect = dialect
        self._known: dict[Any, Any] = {}

    def written(self, statement: Any) -> tuple[str, Mapping[str, Any]]:
        """The SQL, and the value of each of its parameters."""
        shape = statement._generate_cache_key()  # noqa: SLF001 - what SQLAlchemy finds its own compiled statements by
        if shape is None:
            return self._anew(statement)
        compiled = self._known.get(shape.key)
        if compiled is None:
            compiled = statement.compile(dialect=self._dialect, cache_key=shape)
            self._keep(shape.key, compiled)
        if compiled.post_compile_params or compiled.literal_execute_params:
            return self._anew(statement)  # a list is written out for each number of its values
        return str(compiled), dict(compiled.construct_params(extracted_parameters=shape.bindparams))

    def _anew(self, statement: Any) -> tuple[str, Mapping[str, Any]]:
        compiled = statement.compile(dialect=self._dialect, compile_kwargs={"render_postcompile": True})
        return str(compiled), dict(compiled.params)

    def _keep(self, shape: Any, compiled: Any) -> None:
        if len(self._known) == _MOST:
            self._known.clear()
        self._known[shape] = compiled
