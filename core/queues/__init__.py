"""Queues and agents on real calls: the hands of core/acd; see room.py."""
