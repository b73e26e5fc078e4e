"""A maillint plugin: weekdays that do not go with the date beside them."""
