"""Lists of recipients: from the bytes of a file to rows and addresses, a batch at a time."""
