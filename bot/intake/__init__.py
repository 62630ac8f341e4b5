"""From the inbox to the ledger: what arrived is folded into bugs."""
