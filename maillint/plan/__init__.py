"""Campaign plans: what a plan file says and where, and what follows from its numbers; knows no rule."""
