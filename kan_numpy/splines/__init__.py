"""Chapter 1, splines: bumps that sum to one, their slopes, and the curves they add up to.

Lesson 02 tells of bumps, lesson 03 of slopes, fits and knots. Read the files in this order; each
imports only those above it::

    knots           where a spline changes its polynomial, and what knots must obey
    intervals       in which interval a point lies, and how far from the knots around it
    bsplines        the basis functions B_j and their derivatives, by the recursion
    coefficients    least squares: splines fitted to data, or projected to other knots
    knot_insertion  the same spline on more knots, exactly

The recursion of `bsplines` stands twice more, for comparison: for single numbers in
`kan_numpy.reference`, and as one short loop over arrays in `kan_numpy.minimal`.
"""
