"""YAML files as data: the shipped lists, their compiled form, and what settings add to them."""
