"""What a valid box is, and what changed."""
