"""What all tests share."""

from __future__ import annotations

from hypothesis import settings

pytest_plugins = ["tests.postgres", "tests.server.engines"]

# No test asserts a time: a busy machine must not fail one.
settings.register_profile("fieldkit", deadline=None)
settings.load_profile("fieldkit")
