"""Every page as it is written: nothing from elsewhere, no dead link, no figure without words."""
