"""Chapter 2, functions: the functions of one variable on the edges.

Lesson 04b introduces base functions, lesson 09b symbols. Read the files in this order; each imports
only those above it::

    sigmoids          the sigmoid and the SiLU, each with its derivatives
    activations       silu and other base functions, each with its derivatives
    symbols           the library of symbolic functions, with derivatives and domains
    compositions      products of compositions of two symbols, with derivatives by their numbers
    composition_mesh  starting numbers for fits of compositions
    basis             the interface of the basis functions of a layer
    other_bases       Gaussians, Chebyshev polynomials and Fourier modes instead of splines
    scaling           standardization of the columns of data, and their size in spite of outliers
"""
