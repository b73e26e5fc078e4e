"""Raw messages: header fields, parts, transfer encodings."""
