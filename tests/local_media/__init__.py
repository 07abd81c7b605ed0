"""Probing, picturing and making media files."""
