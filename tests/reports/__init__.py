"""Reports: their sums against the journal, and their forms."""
