"""URLs and domains, and what the lists say about who runs them; nothing here makes a request."""
