"""Search: finding assets by words, picture, face and label, and the libraries and indexes that make it possible."""

from __future__ import annotations

from ims_mcp.catalogue.notes import search_by_content, search_contents, search_libraries, search_queries, search_streams

NOTES = (
    *search_queries.NOTES,
    *search_by_content.NOTES,
    *search_libraries.NOTES,
    *search_contents.NOTES,
    *search_streams.NOTES,
)
