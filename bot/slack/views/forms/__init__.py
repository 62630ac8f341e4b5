"""The modals."""
