"""The second execution of a rule: over the columns of a data frame."""
