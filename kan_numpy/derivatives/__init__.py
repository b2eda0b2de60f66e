"""Chapter 9, derivatives: with respect to the inputs of a network, forward and backward.

Covered in lesson 12a. Read the files in this order; each imports only those above it::

    jet           value, gradient and second derivatives of every node, as one value
    kan_jets      jets through a KAN layer, and back
    product_jets  jets through products, by the product rule
    dense_jets    jets through the layers of an MLP
    layer_jets    dispatch on the type of a layer
    network_jets  jets through a network; Jacobian and Hessian
    separability  tests for sums, products and inner combinations
    separation    samples as sums, and sums of products, of functions of one input
"""
