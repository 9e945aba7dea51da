"""`pmp privacy`: what a register owes the people in it."""

from __future__ import annotations

import typer

privacy = typer.Typer(
    help="What a register owes the people in it: reports, erasure, extracts without names.", no_args_is_help=True
)
