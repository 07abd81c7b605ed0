"""Snapshot jobs of the embedded IMS: their state, and the work behind them."""
