"""The command line: ``blupboard`` serves the page, its subcommands answer in the terminal.

Everything heavy is imported inside the command that needs it, so that help and small files answer at once.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence

import click

from dashboard.cli.check_plugin import check_plugin_command
from dashboard.cli.compare import compare_command
from dashboard.cli.estimators import estimators_command
from dashboard.cli.hash_password import hash_password_command
from dashboard.cli.new_plugin import new_plugin_command
from dashboard.cli.plan import plan_command
from dashboard.cli.plugins import plugins_command
from dashboard.cli.risk import risk_command
from dashboard.cli.rows import rows_command
from dashboard.cli.scorecard import scorecard_command
from dashboard.cli.select import select_command
from dashboard.cli.serve import serve_command
from dashboard.cli.shared import remark
from dashboard.cli.simulate import simulate_command


class ServeByDefault(click.Group):
    """A group that takes ``blupboard --port 9000`` for ``blupboard serve --port 9000``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``serve`` in front of options that are not the group's own."""
        own = {flag for parameter in self.get_params(ctx) for flag in parameter.opts}
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = ["serve", *args]
        return super().parse_args(ctx, args)


@click.group(cls=ServeByDefault, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="blupboard", message="%(prog)s %(version)s")
def cli() -> None:
    """Compare estimators of every group's mean side by side.

    Without a command, the dashboard is served and opened in the browser; its options are those of
    "blupboard serve".
    """


cli.add_command(serve_command)
cli.add_command(compare_command)
cli.add_command(select_command)
cli.add_command(plan_command)
cli.add_command(rows_command)
cli.add_command(estimators_command)
cli.add_command(simulate_command)
cli.add_command(risk_command)
cli.add_command(scorecard_command)
cli.add_command(plugins_command)
cli.add_command(check_plugin_command)
cli.add_command(new_plugin_command)
cli.add_command(hash_password_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit.

    0: success. 2, with one sentence on stderr: something that the user can mend. 1: nobody reads stdout any
    more. 130: interrupted.
    """
    try:
        code = cli.main(args=arguments, prog_name="blupboard", standalone_mode=False)
    except click.exceptions.Abort:
        code = 130
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        code = _complain("the disk is full: nothing more can be written")
    except click.ClickException as error:
        code = _complain(error.format_message())
    except Exception as error:
        from estimators.errors import BlupboardError

        if not isinstance(error, BlupboardError):
            raise
        code = _complain(str(error))
    sys.exit(code if isinstance(code, int) else 0)


def _complain(sentence: str) -> int:
    remark(sentence)
    return 2
