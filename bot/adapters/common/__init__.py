"""What adapters of several kinds share: reading JSON, proofs, calls over HTTP."""
