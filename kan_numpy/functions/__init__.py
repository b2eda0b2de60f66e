"""Chapter 2, functions: functions of one variable that an edge can carry.

Lesson 04 tells of base functions, lesson 09 of symbols. Read the files in this order; each imports
only those above it::

    activations  silu and other base functions, each with its derivatives
    symbols      the functions that an edge may become, with derivatives and domains
    basis        what a layer asks of its basis functions
    other_bases  Gaussians, Chebyshev polynomials and Fourier modes instead of splines
    scaling      columns of data brought to one size
"""
