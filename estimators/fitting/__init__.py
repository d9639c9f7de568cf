"""Run several estimators on the same groups, once or on many replicates."""
