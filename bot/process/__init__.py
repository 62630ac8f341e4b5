"""What every part that runs in a process shares: lasting tasks, closing, the time until which work is ours."""
