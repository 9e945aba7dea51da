"""One script for each schema; `down_revision` names the one before."""
