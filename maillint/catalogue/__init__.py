"""Rules: YAML files that bind a check to options, severity, wording and examples; the catalogue of all."""
