"""Models' parts, written in ops: none of them has a derivative rule of its own."""
