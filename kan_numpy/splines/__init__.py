"""Chapter 1, splines: B-spline bases, their derivatives, and curves fitted with them.

Lesson 02a introduces the basis, 03a derivatives, 03b fits, 03c knots. Read the files in this order;
each imports only those above it::

    knots           knot vectors: where a spline changes its polynomial, and their conditions
    knot_placement  knots around data, or between given ones
    knot_insertion  the same spline on more knots, exactly
    projection      least squares: the closest function in another basis
    intervals       the knot interval that contains a point, and its distances to the knots
    windows         the positions of the k + 1 of G + k functions that are not zero there
    sparse_basis    many functions in a sparse matrix, which only stores those
    bsplines        the basis functions B_j and their derivatives, by the recursion
    roughness       how far coefficients are from straight lines, and which few samples determine
    coefficients    splines fitted to data

The recursion of `bsplines` is also given in two simpler forms, for comparison: for single numbers
in `kan_numpy.reference`, and as one short loop over arrays in `kan_numpy.minimal`.
"""
