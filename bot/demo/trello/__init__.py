"""A board that behaves as Trello does: its REST API, its limits, its webhooks, and people who move cards."""
