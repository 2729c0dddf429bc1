"""The only code that touches the outside world, reached through `assembly`. No pandas; `requests` lives here and nowhere else."""
