"""Chapter 3, layers: the maps between two levels of nodes, forward and backward.

Lesson 04a explains the forward pass, 05a the backward pass. Read the files in this order; each
imports only those above it::

    symbolic_edge    an edge that is a known function, c f(a x + b) + d
    parameter_index  the positions of parameters in theta: those of tied edges once
    kan_parameters   the arrays of a KAN layer, and theta
    continuation     functions beyond the grid, along their tangents
    kan_layer        a function on every edge, a sum at every node: two matrix products
    layer_projection  the nearest layer on other grids
    product_layer    nodes that multiply instead of adding
    dense_layer      a layer of an MLP, for comparison

`kan_layer` is the core of the library. Read `KANLayer.features` and `KANLayer.output`, which are
its forward pass, then `KANLayer.parameter_gradient` and `KANLayer.input_gradient`.
"""
