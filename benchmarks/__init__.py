"""What symdiff is measured by."""
