"""The systems that are measured: those written by hand, symdiff, and what else is installed."""
