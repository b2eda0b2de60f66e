"""Chapter 13, symbolic regression: splines replaced by known functions, in one call."""
