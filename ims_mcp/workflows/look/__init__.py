"""What an asset looks like: which frames, where from, and as pictures that fit into an answer."""
