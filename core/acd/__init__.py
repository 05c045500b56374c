"""Queues and agents: who is served by whom, decided purely; see distribution.py."""
