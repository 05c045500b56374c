"""What an installer runs at the card: find it, test it, set the box up. Knows hw and core; core does not know it."""
