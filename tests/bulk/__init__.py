"""Bulk jobs, from their sources to their reports."""
