"""The Dagster host: assets, checks, jobs, schedules and sensors in two code locations, `operations` and `learning`."""
