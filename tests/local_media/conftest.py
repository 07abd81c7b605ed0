"""Fixtures of the media tests."""

from tests.local_media.samples import samples

__all__ = ["samples"]
