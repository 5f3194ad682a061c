"""Sends batches and applies the answers, until nothing is left on either side."""
