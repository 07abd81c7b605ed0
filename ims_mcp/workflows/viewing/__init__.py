"""What a person looks at: an asset with addresses that play. Nothing of it is for a model."""
