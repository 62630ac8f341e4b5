"""Who may do what, alone or with somebody else."""
