"""Chapter 14, plotting: networks, histories and movies as figures."""
