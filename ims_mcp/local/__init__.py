"""The embedded IMS: IMS RPC and OSS REST on one loopback port, with real state and real media work behind them."""
