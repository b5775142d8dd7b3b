"""The rewriting engine: patterns, rules and the log; it knows no rule by name."""
