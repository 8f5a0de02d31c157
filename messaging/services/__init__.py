"""Every act that writes: one durable transaction each, locks first, then one look at the clock."""
