"""The same server over Streamable HTTP, for many callers; nothing of it is imported by a server on stdio."""
