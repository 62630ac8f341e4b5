"""Tables that span bugs, changed by entries in the transaction that writes them."""
