"""Style sheets and inline styles, and what they hide."""
