"""Symdiff seen from other worlds: as an array library that runs what it builds."""
