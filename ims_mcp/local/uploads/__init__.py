"""Uploads into the VOD storage: sessions with temporary credentials, and files pulled from an address."""
