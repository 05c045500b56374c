"""What goes with a call and a desk beside speech; see room.py."""
