"""The sink that runs fixes on production."""
