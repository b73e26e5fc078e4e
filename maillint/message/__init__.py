"""From bytes to a message: headers, parts, and the views of each part."""
