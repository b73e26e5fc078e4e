"""The settings of a run: configuration files, their keys, and the layers that they make."""
