//! `changeward completions`

use super::{Call, Typed};
use crate::app::failure::Failure;
use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;

const EXAMPLES: &str = "\
Examples:
  bash  changeward completions bash > ~/.local/share/bash-completion/completions/changeward
  zsh   changeward completions zsh > \"${fpath[1]}/_changeward\"
  fish  changeward completions fish > ~/.config/fish/completions/changeward.fish";

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CompletionsArgs {
    /// Which shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

impl CompletionsArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        clap_complete::generate(self.shell, &mut visible(), "changeward", call.out);
        Ok(0)
    }
}

/// The program without the commands that nobody types.
fn visible() -> Command {
    let whole = Typed::command();
    let shown = whole.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    Command::new("changeward")
        .version(env!("CARGO_PKG_VERSION"))
        .args(whole.get_arguments().cloned())
        .subcommands(shown)
}
