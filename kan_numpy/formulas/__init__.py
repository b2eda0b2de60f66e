"""Chapter 12, formulas: from a network to a formula with a certificate, and back.

Lesson 09 tells of the way to a formula. Read the files in this order; each imports only those above
it::

    network_to_expression  a network written down, layer after layer
    parameter_fit          the numbers of an expression fitted to data
    constant_recognition   constants recognized as far as the data allow
    formula                formulas with a certificate of their errors
    edge_decomposition     how the parts of a formula become edges
    formula_to_network     networks that compute a given formula
"""
