"""MCP server for Alibaba Cloud Intelligent Media Services, with an embedded local IMS."""

__version__ = "0.1.0"
