"""The deployments of ``examples/deploy``: nginx in front of two replicas with Redis, as real processes."""
