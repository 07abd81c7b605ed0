"""Bulk jobs: one operation for each of many rows, in shards, with an outcome for every row written down."""
