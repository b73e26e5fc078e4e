"""The raw form of a message: header fields, MIME parts and transfer encodings."""
