"""Media work on real files with PyAV: what a file holds, its pictures, and small clips to try things with."""
