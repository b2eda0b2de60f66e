"""Chapter 7, training: losses, grids adapted to the data, and fit.

Lesson 07d covers training, 08a grids. Read the files in this order; each imports
only those above it::

    losses          squared error and cross-entropy, with their gradients
    objective       the loss of a network on data as a function of theta
    smoothness      a prior that holds coefficients which few samples determine
    held_objective  an objective with that prior, and when it is measured again
    grids           knots adapted to the data, and refined
    grid_schedule   the steps at which grids change
    fit_result      the network, its history, and why training ended
    training_loop   train: steps, history, early stopping, for any objective
    units           networks trained in units of their own, whatever those of the data
    fitting         fit: train for a network on data

A step of `fit` goes from `fitting` through `training_loop` to the optimizer, which calls
`Objective.fun` for the loss and its gradient, or `Objective.residuals` and `Objective.jacobian`.
"""
