"""The history: who changed what, when and why, and whose data were seen; a chain for each entity, sealed, and checked."""
