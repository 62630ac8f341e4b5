"""What leaves the trail for people outside of it: entries, or changes of production, as JSON lines, CSV or Markdown."""
