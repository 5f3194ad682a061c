"""Passphrases on the screen: unlocking, setting one, the lock after a while without a key."""
