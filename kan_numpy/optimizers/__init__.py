"""Chapter 5, optimizers: the ways downhill, which know a vector theta and no networks.

Lesson 07 tells it. Read the files in this order; each imports only those above it::

    optimizer            the protocol: a state, and a step from it to the next
    first_order          SGD and Adam
    line_search          how far to go: the strong Wolfe conditions
    lbfgs                L-BFGS: curvature from the last few gradients
    levenberg_marquardt  damped Gauss-Newton steps for sums of squares
    least_squares        a few numbers of a curve or a formula, fitted by these steps
    defaults             which optimizer suits a loss, if none is named
"""
