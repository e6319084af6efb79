"""What every room may lean on: errors, ids, clock, actor, canonical JSON. Knows no framework and no domain."""
