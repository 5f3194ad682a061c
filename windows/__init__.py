"""The Windows installer: how it is built, and how it is tried under Wine."""
