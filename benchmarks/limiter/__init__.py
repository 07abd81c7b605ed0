"""What three replicas and five callers make of a service that throttles: ``python -m benchmarks.limiter``."""
