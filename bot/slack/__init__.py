"""How people meet Makegood: cards, threads, forms, commands. This room decides nothing."""
