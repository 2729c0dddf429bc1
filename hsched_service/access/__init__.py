"""Who may come in: what each route is about, sign-in, the kill switch."""
