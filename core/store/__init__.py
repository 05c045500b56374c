"""The journal: what happened, kept; and the readings of it (call records, segments, trunk use, ladders)."""
