"""A run over files: which ones, read once, linted side by side, cached, fixed, compared with a baseline."""
