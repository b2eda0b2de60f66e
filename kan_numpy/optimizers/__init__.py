"""Chapter 5, optimizers: the ways downhill, which know a vector theta and no networks."""
