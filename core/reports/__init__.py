"""Figures of the past: readings of the journal, and the forms in which people and programs want them."""
