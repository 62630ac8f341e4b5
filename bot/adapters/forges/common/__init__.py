"""What the forges share."""
