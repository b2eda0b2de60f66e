"""Chapter 11, algebra: formulas as trees, printed, read, simplified.

Lesson 09 uses it; no other chapter needs to be known to read it. Read the files in this order; each
imports only those above it::

    expressions     numbers, sums, products, powers and functions as immutable trees
    traversal       the ways through a tree, on which 2*pi/3 is one number
    printing        trees as text and as LaTeX
    parsing         trees from text, and nothing is executed
    ordering        which term or factor comes first
    constants       whether 1.5707963 is a half of pi, and how complex a formula is
    simplify        like terms and factors collected, numbers folded
    expansion       products of sums multiplied out
    canonical_form  of several ways to write a formula, the one that is easiest to read
"""
