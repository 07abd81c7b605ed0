"""Traces and metrics of calls by OpenTelemetry, switched on by its own variables only."""
