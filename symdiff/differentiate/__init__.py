"""Differentiation: two loops over the list, one each way, that know no op by name."""
