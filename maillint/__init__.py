"""maillint lints e-mail templates and messages before they are sent."""

__version__ = "0.1.0"
