"""Whole numbers on the command line, within bounds."""

from __future__ import annotations

import argparse


def read_number(text: str, least: int, most: int, what: str) -> int:
    """For argparse, which reports an ArgumentTypeError with the option's name."""
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
    return number


def read_lanes(text: str) -> int:
    """How many things one process does at once."""
    return read_number(text, 1, 64, "a number from 1 to 64")
