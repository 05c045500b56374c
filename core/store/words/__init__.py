"""The words of the journal by subject: kinds of events, each with what it says in one sentence, and its data."""
