"""Pages of clients, behind the links of their messages: an offer, a visit, how they are written to. No sign-in, no script, no cookie."""
