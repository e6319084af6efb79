"""`python -m sluis` is the same as `sluis`."""

from sluis.cli.main import run

if __name__ == "__main__":
    run()
