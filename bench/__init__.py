"""Measurements. Nothing here is part of the site, and no test waits for a clock."""
