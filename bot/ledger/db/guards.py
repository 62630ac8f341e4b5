"""The triggers that make entries, anchors and seals unchangeable, for both databases. Every migration ends by checking them."""

FOREVER = {
    "entries": "team = NEW.team AND bug = NEW.bug AND seq = NEW.seq OR team = NEW.team AND key = NEW.key",
    "anchors": "team = NEW.team AND day = NEW.day",
    "seals": "team = NEW.team AND number = NEW.number",
}


def _sqlite(table: str, taken: str) -> list[str]:
    """INSERT OR REPLACE deletes without firing the delete trigger: so a taken place refuses the insert itself."""
    no = f"BEGIN SELECT RAISE(ABORT, '{table} are for ever'); END"
    exists = f"EXISTS (SELECT 1 FROM {table} WHERE {taken})"  # noqa: S608 - both come from the table above
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {no}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {no}",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {exists} {no}",
    ]


def _postgresql(table: str) -> list[str]:
    call = "EXECUTE FUNCTION makegood_for_ever()"
    return [
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {call}",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}",
    ]


_FUNCTION = """CREATE FUNCTION makegood_for_ever() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% are for ever', TG_TABLE_NAME; END $$"""


def ddl(dialect: str, *tables: str) -> list[str]:
    """The statements that guard these tables, once they exist."""
    made = [_sqlite(table, FOREVER[table]) if dialect == "sqlite" else _postgresql(table) for table in tables]
    return [statement for each in made for statement in each]


def function(dialect: str) -> list[str]:
    """What the triggers of all tables call: made once."""
    return [] if dialect == "sqlite" else [_FUNCTION]


def grants(role: str, others: list[str]) -> list[str]:
    """What a role on PostgreSQL needs to run the bot, and no more: it may add to what is for ever, not change it."""
    name = '"' + role.replace('"', '""') + '"'
    return [
        f"GRANT USAGE ON SCHEMA public TO {name};",
        f"GRANT SELECT ON alembic_version TO {name};",
        f"GRANT SELECT, INSERT ON {', '.join(FOREVER)} TO {name};",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(others)} TO {name};",
    ]
