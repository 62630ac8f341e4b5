"""What follows the trail into the world: one module a sink, each says what a cut-off attempt of it means."""
