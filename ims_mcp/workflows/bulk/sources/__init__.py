"""Where the rows of a bulk job come from: manifests, rows that are given, folders, buckets, the library."""
