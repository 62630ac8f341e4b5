"""What several trackers share: reading alerts, calls to their APIs."""
