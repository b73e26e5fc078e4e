"""Fuzzing: inputs that nobody would write, to find where maillint breaks. See fuzz/README.md."""
