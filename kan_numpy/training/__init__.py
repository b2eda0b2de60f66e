"""Chapter 7, training: losses, penalties, grids that follow the data, and fit.

Lesson 07 tells of training, lesson 08 of grids, lesson 09 of penalties, lesson 13c of learning
without targets. Read the files in this order; each imports only those above it::

    losses          squared error and cross-entropy, with their gradients
    objective       a network on data as a function of theta
    smoothness      a prior that holds the coefficients which few samples determine
    held_objective  an objective with that prior, and when it is measured anew
    regularization  penalties that make a network sparse or smooth
    grids           knots that follow the data and grow finer
    grid_schedule   before which step grids change
    training_loop   train: steps, history, early stopping, for any objective
    fitting         fit: train for a network on data
    contrastive     what real rows obey and shuffled ones do not

A step of `fit` goes from `fitting` through `training_loop` to the optimizer, which calls
`Objective.fun` for the loss and its gradient, or `Objective.residuals` and `Objective.jacobian`.
"""
