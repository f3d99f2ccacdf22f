"""`swfgraph completion`: the script that makes a shell complete swfgraph's command lines. The scripts are click's own; `candidates`
says what is offered by name.
"""

from __future__ import annotations

from typing import Final

import click
from click.shell_completion import get_completion_class

from engine.cli.exits import Exit

SHELLS: Final = ("bash", "zsh", "fish")
VARIABLE: Final = "_SWFGRAPH_COMPLETE"
"""What click makes of the command's name; `main` answers when it is set."""


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> Exit:
    """Write the script that makes a shell complete commands, options, specs and workflowIds.

    \b
    For one session of bash:
      eval "$(swfgraph completion bash)"
    For good:
      swfgraph completion bash > ~/.local/share/bash-completion/completions/swfgraph
      swfgraph completion zsh > ~/.zfunc/_swfgraph         (a folder in $fpath)
      swfgraph completion fish > ~/.config/fish/completions/swfgraph.fish
    """
    made = get_completion_class(shell)
    if made is None:
        raise LookupError(f"click knows no {shell}")
    click.echo(made(ctx.find_root().command, {}, "swfgraph", VARIABLE).source())
    return Exit.DONE
