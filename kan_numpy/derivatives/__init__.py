"""Chapter 9, derivatives: by the inputs of a network, forward and backward.

Lesson 12 tells it. Read the files in this order; each imports only those above it::

    jet           value, gradient and second derivatives of every node, as one value
    kan_jets      jets through a KAN layer, and back
    product_jets  jets through products, by the rule of Leibniz
    dense_jets    jets through the layers of an MLP
    layer_jets    the one of these that a layer needs
    network_jets  jets through a network; Jacobian and Hessian
    separability  tests for sums, products and inner combinations
"""
