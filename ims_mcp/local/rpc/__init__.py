"""The IMS RPC front: requests decoded, their signatures and arguments checked, operations dispatched."""
