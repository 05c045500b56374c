"""Automatic services: flows that talk with a caller."""
