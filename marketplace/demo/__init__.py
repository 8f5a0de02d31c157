"""A small marketplace to look around in: made once, by the same services the site uses."""
