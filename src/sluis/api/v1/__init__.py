"""Version 1 of the API, as the NL API Design Rules want it."""
