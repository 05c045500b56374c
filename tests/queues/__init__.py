"""Stories of queues and agents in virtual time."""
