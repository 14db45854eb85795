//! `man`: the manual pages, made from the command line's own description.

use std::path::Path;

use anyhow::Context;
use clap::CommandFactory;
use reporunner_protocol::{Code, Failure};

use crate::arguments::{Arguments, Man};

/// Prints one page, or writes all of them into a folder.
pub(crate) fn print(arguments: &Man) -> anyhow::Result<()> {
    let mut program = Arguments::command().disable_help_subcommand(true);
    // Gives every command the name that its page has, and the options that all of them take.
    program.build();
    if let Some(folder) = &arguments.into {
        return write_all(program, folder);
    }
    let page = match &arguments.command {
        None => program,
        Some(name) => found(&program, name)?,
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    // Whoever closed the pipe has read enough.
    let _ = std::io::Write::write_all(&mut std::io::stdout(), &text);
    Ok(())
}

fn found(program: &clap::Command, name: &str) -> anyhow::Result<clap::Command> {
    let shown: Vec<_> =
        program.get_subcommands().filter(|command| !command.is_hide_set()).collect();
    let wanted = name.strip_prefix("reporunner-").unwrap_or(name);
    match shown.iter().find(|command| command.get_name() == wanted) {
        Some(command) => Ok((*command).clone()),
        None => {
            let names: Vec<_> = shown.iter().map(|command| command.get_name()).collect();
            Err(Failure::new(Code::NotFound, format!("there is no command {name}"))
                .hint(format!("There are {}.", names.join(", ")))
                .into())
        }
    }
}

fn write_all(program: clap::Command, folder: &Path) -> anyhow::Result<()> {
    let failed = || format!("the pages could not be written to {}", folder.display());
    std::fs::create_dir_all(folder).with_context(failed)?;
    clap_mangen::generate_to(program, folder).with_context(failed)
}
