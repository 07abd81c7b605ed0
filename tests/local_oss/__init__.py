"""The OSS side of the embedded IMS, driven by the official client and by raw HTTP."""
