"""The media library: assets, their files, categories and marks, and the background work that makes them Normal."""
