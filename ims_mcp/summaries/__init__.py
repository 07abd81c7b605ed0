"""What a model reads: responses of the service, shortened, typed and made safe."""
