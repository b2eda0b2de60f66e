"""Chapter 9, derivatives: by the inputs of a network, forward and backward."""
