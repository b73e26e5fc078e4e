"""How heavy maillint is, beside its peers: ``python -m benchmarks``."""
