"""Chapter 7, training: losses, penalties, grids that follow the data, and fit."""
