"""`python -m scaffolder` is the same program as `scaffold`."""

from scaffolder.cli import main

if __name__ == "__main__":
    main()
