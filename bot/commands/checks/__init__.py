"""The checks of `makegood doctor`, a module for each kind of system. They read only, and say one line for each system."""
