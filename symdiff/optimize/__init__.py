"""Optimisation: rules in tables, passes in a tuple."""
