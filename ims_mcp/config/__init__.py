"""Whose accounts there are, who may do what in them: one TOML file, and what it means for a caller."""
