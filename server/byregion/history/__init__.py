"""What became of the changes of a store: written back to files, told, compared, taken back."""
