"""Amazon States Language: machines into specs, specs into machines."""
