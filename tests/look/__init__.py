"""look_at_media: what a model sees of an asset."""
