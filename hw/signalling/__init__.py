"""What a line's bits, frames, tones and rings mean. Knows no routing."""
