"""How people meet Makegood: cards, threads, modals, commands; thin over the ledger."""
