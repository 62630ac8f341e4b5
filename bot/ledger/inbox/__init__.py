"""The inbox: deliveries are stored before they are answered, then worked on once."""
