"""Chapter 14, plotting: networks, histories and movies as figures.

Used in lesson 00 for networks, in lesson 09a for a movie. Read the files in this order; each
imports only those above it::

    diagram  the layout: positions of the nodes, frames, curves and wires of a network
    drawing  the layout drawn with Matplotlib
    figures  plot, plot_basis, plot_history
    movie    networks recorded during training
"""
