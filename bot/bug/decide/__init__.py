"""What people may do: pure functions (bug, who, now, …) -> events, or Refused with a sentence for people."""
