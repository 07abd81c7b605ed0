"""How a call reaches IMS: credentials, signing, placement, retries and one deadline a call."""
