"""Template languages: their tags, the branches those make, and what they print. Nothing is ever executed."""
