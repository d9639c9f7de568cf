"""Does a plugin keep to the contract? For its own tests and for the command line."""
