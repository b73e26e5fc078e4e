"""Lists of recipients."""
