"""HTML with exact places."""
