"""What `makegood doctor` looks at, a module for each kind of system; read-only, one line for each that is found."""
