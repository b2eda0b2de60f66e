"""Chapter 11, algebra: expression trees, printed, parsed and simplified.

Used in lesson 09c; it can be read without the other chapters. Read the files in this order; each
imports only those above it::

    expressions     numbers, sums, products, powers and functions as immutable trees
    traversal       children, factors and terms of a node; a constant such as 2*pi/3 is one leaf
    printing        trees as text and as LaTeX
    parsing         trees from text, without executing it
    ordering        the order of terms and factors
    constants       recognition of constants such as pi/2, and the complexity of a formula
    simplify        like terms and factors collected, constants folded
    expansion       products of sums multiplied out, and what sums and products share
    canonical_form  factors and constants moved to where they are simplest
    identities      identities between functions, and where they apply
"""
