"""Chapter 11, algebra: formulas as trees, printed, read, simplified."""
