"""Chapter 5, optimizers: minimization of a loss over a vector theta, independent of networks.

Covered in lessons 07a to 07c. Read the files in this order; each imports only those above it::

    optimizer            the protocol: a state, and a step from it to the next
    first_order          SGD and Adam
    line_search          the step length: the strong Wolfe conditions
    lbfgs                L-BFGS: curvature from the most recent gradients
    linear_model         a sum of squares near theta, by blocks of rows
    levenberg_marquardt  damped Gauss-Newton steps for sums of squares
    leave_one_out        the loss to expect on new samples, from the last such step
    least_squares        Levenberg-Marquardt for the few numbers of a curve or a formula
    variable_projection  the same, where most of the numbers are linear
    defaults             the default optimizer for a loss, and the size of its products
"""
