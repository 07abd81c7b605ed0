"""What was done: one JSON line for every call that changes something, with who made it and how it ended."""
