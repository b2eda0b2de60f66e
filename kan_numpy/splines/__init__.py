"""Chapter 1, splines: bumps that sum to one, their slopes, and the curves they add up to.

Lesson 02 tells of bumps, lesson 03 of slopes, fits and knots. Read the files in this order; each
imports only those above it::

    knots           where a spline changes its polynomial, and what knots must obey
    knot_placement  knots around data, or between the present ones
    knot_insertion  the same spline on more knots, exactly
    projection      least squares: the nearest function that another basis can make
    intervals       in which interval a point lies, and how far from the knots around it
    windows         which k + 1 of the G + k functions are not zero there
    bsplines        the basis functions B_j and their derivatives, by the recursion
    coefficients    splines fitted to data

The recursion of `bsplines` stands twice more, for comparison: for single numbers in
`kan_numpy.reference`, and as one short loop over arrays in `kan_numpy.minimal`.
"""
