"""What faces the world over HTTP and sockets: hooks, Slack's events, the page behind a call's link, health, readiness, metrics."""
