"""Who is hit, how they are recognised, and when two are one."""
