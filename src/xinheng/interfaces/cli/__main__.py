"""Lets `python -m xinheng.interfaces.cli` do what `xinheng` does."""

from xinheng.interfaces.cli import main

main()
