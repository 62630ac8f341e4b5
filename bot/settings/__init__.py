"""makegood.toml and the environment: read once, validated, frozen."""
