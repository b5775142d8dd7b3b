"""The workloads written by hand for speed: the same arithmetic, in slices and in memory that is used again."""
