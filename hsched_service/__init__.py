"""Host of everything that is asked over HTTP: webhooks of the EHR, pages for clients. Later the review desk and the prediction API."""
