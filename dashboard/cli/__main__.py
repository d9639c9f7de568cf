"""``python -m dashboard.cli`` is ``blupboard``."""

from dashboard.cli import main

if __name__ == "__main__":
    main()
