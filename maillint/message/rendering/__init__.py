"""Templates rendered: Jinja with sample data, MJML as HTML."""
