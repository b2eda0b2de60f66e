"""Chapter 12, formulas: networks converted to formulas with a certificate, and back.

Covered in lessons 09c and 09d. Read the files in this order; each imports only those above it::

    network_to_expression  the expression that a network computes, layer by layer
    parameter_fit          the numbers of an expression fitted to data
    term_search            expressions for functions of one variable
    simplest_form          of the equal forms of an expression, the shortest to write
    constant_recognition   constants recognized as far as the accuracy of the data allows
    certificate            the errors of a formula, and whether it is exact
    formula                formulas with a certificate of their errors
    edge_decomposition     a formula decomposed into edges, sums and products
    formula_to_network     networks that compute a given formula
"""
