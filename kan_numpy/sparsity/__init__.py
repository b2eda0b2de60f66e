"""Chapter 8, sparsity: which edges matter, and networks without the others."""
