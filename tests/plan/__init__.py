"""Campaign plans: reading, arithmetic, ramps, decisions, results."""
