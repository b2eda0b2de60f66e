"""Chapter 12, formulas: from a network to a formula with a certificate, and back."""
