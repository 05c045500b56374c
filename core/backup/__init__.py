"""Backups of a box: one file with all that it knows, made while it runs, proved before it is believed."""

UNDER_WAY = "restore-under-way"
"""This file in the data folder says that a backup was put back only in part."""
