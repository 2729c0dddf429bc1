"""Staff pages: what waits, calendar, calls, waitlist, insights, model, audit. Read models come from `opened.service.desk`, decisions go to the path."""
