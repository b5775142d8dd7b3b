"""What a graph becomes: values by the interpreter, or Python source."""
