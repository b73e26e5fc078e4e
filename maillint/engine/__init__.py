"""Runs rules over a subject and turns their hits into findings; knows no file, terminal or network."""
