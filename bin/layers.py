"""Run import-linter from any Python environment (its console script may not be on the path)."""

import sys

from importlinter.cli import lint_imports_command

sys.argv = ["lint-imports"]
lint_imports_command()
