"""The tools of bulk jobs."""
