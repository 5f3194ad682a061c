"""Artisans of PM Vishwakarma: registration, decisions, toolkits."""
