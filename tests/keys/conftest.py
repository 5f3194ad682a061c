"""Passphrases derived in a moment."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Derive keys with the least memory; the file says how, so it opens all the same."""
    monkeypatch.setattr("fieldkit.keys.passphrase._MEMORY", 8192)
    monkeypatch.setattr("fieldkit.keys.passphrase._PASSES", 1)
