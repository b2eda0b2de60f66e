"""Chapter 4, networks: layers composed, from random numbers, arrays or a file.

Lesson 05 tells of the chain rule, lesson 04 of the first weights, lesson 10 of MLPs. Read the files
in this order; each imports only those above it::

    network          the chain: forward, backward, Jacobian, and all parameters as one vector
    initialization   where training starts: the first coefficients and base weights
    npz              arrays in files
    kan_arrays       KAN layers from arrays, into files and back
    kan              the class KAN
    checks           what public functions ask of networks and their inputs
    edges            edges by their place: found, scaled, turned into symbols
    weight_tying     edges that are made to share one function, and released
    mlp              the baseline: multi-layer perceptrons with the methods of KANs
    relu_conversion  piecewise linear KANs as ReLU networks and back, exactly
"""
