"""Facts that several checks share: each link, picture, style and field is understood once per message."""
