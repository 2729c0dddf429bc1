#!/bin/sh
# Run once by the postgres image: Dagster's database exists already, MLflow gets its own.
set -eu
createdb --username "$POSTGRES_USER" "$HSCHED_MLFLOW_DB"
