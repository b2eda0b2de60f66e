"""Chapter 3, layers: what lies between two levels of nodes, forward and backward."""
