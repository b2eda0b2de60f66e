"""Chapter 13, symbolic regression: splines replaced by known functions, in one call.

Covered in lessons 09b, 09c and 09e, applied in lessons 13a to 13c. Read the files in this order;
each imports only those above it::

    curve_fit         c f(a x + b) + d fitted to a curve
    suggestions       the functions that fit an edge, ranked
    search_options    the parameters of a search
    symbolification   networks whose edges are known functions
    linear_ideas      polynomials and their ratios, by one linear solve
    first_ideas       what is tried before networks are trained
    structures        networks with their errors, and what a search selects
    structure_search  the smallest network that is accurate enough
    candidates        what was found, written as formulas, and why one was chosen
    discovery         discover: from data to a formula in one call

For an overview of the algorithm, read them in the reverse order first, from `discovery` upward.
"""
