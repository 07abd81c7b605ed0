"""Live recording by the embedded IMS: real RTMP on loopback, from publishers in processes of their own."""
