"""Chapter 4, networks: layers composed, from random numbers, arrays or a file."""
