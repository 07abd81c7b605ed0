"""Uploads to the embedded IMS through the official SDK and plain oss2, and files it pulls by itself."""
