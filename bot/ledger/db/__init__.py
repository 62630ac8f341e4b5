"""The database: engine, tables, migrations, and what only one process may do."""
