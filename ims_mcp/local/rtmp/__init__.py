"""A stream to record where nobody broadcasts: a small RTMP server on loopback and a publisher, for demo and tests."""
