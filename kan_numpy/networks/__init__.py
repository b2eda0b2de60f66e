"""Chapter 4, networks: compositions of layers, from random numbers, arrays or a file.

Lesson 05b explains the chain rule, 04b the initialization, 10a MLPs. Read the files in
this order; each imports only those above it::

    network          the composition: forward, backward, Jacobian, and all parameters as one vector
    initialization   the initial coefficients and base weights
    npz              arrays in files
    kan_arrays       KAN layers from arrays, saved and loaded
    kan              the class KAN
    checks           the validation of networks and their inputs
    edges            edges by their indices: found, scaled, replaced by symbols
    weight_tying     edges that share one function
    mlp              the baseline: multi-layer perceptrons with the methods of KANs
    relu_conversion  piecewise linear KANs as ReLU networks and back, exactly
"""
