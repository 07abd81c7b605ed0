"""What the local IMS does, one module per family of operations.

How it behaves where the documents say nothing is written down in ``docs/embedded-ims.md``.
"""
