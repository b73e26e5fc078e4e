"""What templates become when they are rendered."""
