"""Chapter 13, symbolic regression: splines replaced by known functions, in one call.

Lesson 09 tells it, lessons 13a to 13c use it. Read the files in this order; each imports only those
above it::

    curve_fit         c f(a x + b) + d fitted to a curve
    suggestions       which functions an edge looks like
    search_options    the numbers that steer a search
    symbolification   networks whose edges are known functions
    structure_search  the simplest network that will do
    discovery         discover: from data to a formula in one call

The files are best read twice: from `discovery` up for the plan, then down for how it is done.
"""
