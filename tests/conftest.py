"""Settings of all tests."""

from __future__ import annotations

from hypothesis import settings

# By default hypothesis fails a test when one example takes more than 200 ms, which any does on a busy machine.
settings.register_profile("maillint", deadline=None)
settings.load_profile("maillint")
