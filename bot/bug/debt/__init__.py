"""The proper fix that is still owed, the board's card and the pull requests that pay it."""
