"""The command line `titan`: one module per group of commands. Django starts only when a command needs it."""
