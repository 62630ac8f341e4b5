"""What several channels share: reading untrusted JSON and mail, signatures, and calls to a service."""
