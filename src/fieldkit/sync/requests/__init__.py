"""Asks the server for one thing: a history, a receipt, the devices, a recovery."""
