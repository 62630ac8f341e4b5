"""The relay: subscriptions, leases, heartbeats, pace. The trail is the queue."""
