"""What staff pages read: the store, the EHR and the tables of the daily run, kept at hand and brought up to date. Writes nothing."""
