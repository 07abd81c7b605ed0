"""Scripts of a model: Python in a sandbox that reaches IMS and nothing else."""
