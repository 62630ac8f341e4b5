"""From the first news to the end: owned, estimated, fixed, closed, reopened, merged."""
