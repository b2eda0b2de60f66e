"""Every page as it is written: nothing from another host, no link that leads nowhere, no figure without words."""

