"""MJML in its own source."""
