"""Claims in columns: many decided at once, each as it would be decided alone."""
