"""Tests that walk all 400 operations by every road: typed tools, catalogue tools, the command line."""
