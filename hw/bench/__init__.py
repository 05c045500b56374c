"""Benchmarks: functions that measure and return plain dicts; `strowger bench` prints them."""
