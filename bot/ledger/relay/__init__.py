"""The trail is the queue: subscriptions, leases, heartbeats, pace."""
