"""Chapter 8, sparsity: the importance of edges, and networks without unimportant ones.

Covered in lesson 09a. Read the files in this order; each imports only those above it::

    edge_scores      the importance of an edge, a node, an input
    regularization   penalties that make a network sparse or smooth
    pruning          networks without their weak edges, with the same means
    model_selection  whether a smaller network is as good as a larger one
    sparsification   all of it in one call: penalty, pruning, training again
"""
