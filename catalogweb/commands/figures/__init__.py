"""Measuring the product beside views that do the same work and nothing else, on one server in one run."""
