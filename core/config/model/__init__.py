"""The model of the whole configuration."""
