"""Chapter 14, plotting: networks, histories and movies as figures.

Lesson 00 draws a network, lesson 09 a movie. Read the files in this order; each imports only those
above it::

    diagram  where the nodes, frames, curves and wires of a network stand
    drawing  these as lines, marks and words of Matplotlib
    figures  plot, plot_basis, plot_history
    movie    networks recorded while they are trained
"""
