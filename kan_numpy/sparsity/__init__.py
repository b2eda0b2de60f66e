"""Chapter 8, sparsity: which edges matter, and networks without the others.

Lesson 09 tells it. Read the files in this order; each imports only those above it::

    edge_scores      how much an edge, a node, an input matters
    pruning          networks without their weak edges, with the same means
    model_selection  whether a smaller network is as good as a larger one
    sparsification   all of it in one call: penalty, pruning, training again
"""
