"""Analog lines: stations (FXS, our telephones) and trunks (FXO, towards the exchange)."""
