"""Chapter 1, splines: bumps that sum to one, their slopes, and the curves they add up to."""
