"""Commands on production hosts over SSH."""
