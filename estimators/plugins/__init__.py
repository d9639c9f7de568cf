"""What a plugin may bring, where it is looked for, and the registry of all that was found."""
