"""The version, where the package and the build both read it."""

__version__ = "0.1.0"
