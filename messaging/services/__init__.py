"""Every act that writes. What a send is judged by changes in one durable transaction, locks first,
then one look at the clock; a flag, an opening or a read mark needs no lock."""
