"""Reading and writing files: with limits, within borders, whole or not at all."""
