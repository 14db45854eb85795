//! The command line, as data.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Visual workflow automation on your own machine.
#[derive(Debug, Parser)]
#[command(name = "reporunner", version, about, propagate_version = true)]
pub(crate) struct Arguments {
    /// Folder that holds workflows, runs and settings; else that of REPORUNNER_DATA, else your own.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a workflow file (ours or n8n's) or a stored workflow, and print what it gives.
    Run(Run),
    /// Serve the interface to a browser on this machine; triggers stay live meanwhile.
    Serve(Serve),
    /// List the workflows.
    List(Json),
    /// Show a workflow.
    Show(Named),
    /// Import a workflow file, ours or n8n's. It arrives off.
    Import(Import),
    /// Export a workflow.
    Export(Export),
    /// Publish a workflow as it is and switch its triggers on, or switch them off.
    Publish(Publish),
    /// List executions, show one, or delete some.
    Executions(Executions),
    /// Say what is missing or broken on this machine.
    Doctor(Json),
    /// Print completions for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Print a manual page, or write all of them.
    Man(Man),
    /// Evaluate expressions and scripts for a parent process.
    #[command(hide = true)]
    Worker,
}

#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The page of this command; without it the main page.
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Option<String>,
    /// Write every page into this folder instead.
    #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
    pub(crate) into: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Json {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// A workflow file, or the name or id of a stored workflow. A file runs by itself: relative
    /// paths start at its folder, and nothing of the run stays in the data folder.
    #[arg(value_name = "FILE|NAME")]
    pub(crate) workflow: String,
    /// Name of the node to start at.
    #[arg(long, value_name = "NODE")]
    pub(crate) trigger: Option<String>,
    /// JSON file with the items for the start node: an array of objects.
    #[arg(long, value_name = "ITEMS.json")]
    pub(crate) input: Option<PathBuf>,
    /// Whether pinned data stands in for its nodes.
    #[arg(long, value_enum, default_value_t = Pins::Ignore)]
    pub(crate) pins: Pins,
    /// Keep no journal: faster. The run of a stored workflow is not recorded then; that of a file
    /// never is.
    #[arg(long)]
    pub(crate) memory: bool,
    /// End the run after this many seconds.
    #[arg(long, value_name = "S")]
    pub(crate) timeout: Option<f64>,
    /// Let the file's Execute Command nodes run commands, with all your rights. A stored workflow
    /// is allowed that in the settings.
    #[arg(long)]
    pub(crate) allow_commands: bool,
    /// Print the result as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Pins {
    /// Pinned data stands in.
    Use,
    /// Every node runs.
    Ignore,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Port on loopback; 0 takes a free one.
    #[arg(long, default_value_t = 5679)]
    pub(crate) port: u16,
    /// Print the address as JSON on one line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Name or id of the workflow.
    #[arg(value_name = "NAME")]
    pub(crate) workflow: String,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The file.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Print the report as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Name or id of the workflow.
    #[arg(value_name = "NAME")]
    pub(crate) workflow: String,
    /// In n8n's form.
    #[arg(long)]
    pub(crate) n8n: bool,
    /// Where to write it; printed where not given.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Print file name and text as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// Name or id of the workflow.
    #[arg(value_name = "NAME")]
    pub(crate) workflow: String,
    /// Switch its triggers off instead; what is published stays published.
    #[arg(long)]
    pub(crate) off: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Executions {
    /// Show this one.
    #[arg(value_name = "ID")]
    pub(crate) run: Option<String>,
    /// Only those of this workflow.
    #[arg(long, value_name = "NAME")]
    pub(crate) workflow: Option<String>,
    /// Only those with this status: queued, running, waiting, succeeded, failed, cancelled or
    /// unknown.
    #[arg(long, value_name = "STATUS")]
    pub(crate) status: Option<String>,
    /// Only those with these words in the workflow's name, the error or the data.
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// Most rows.
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: usize,
    /// Delete what is listed instead.
    #[arg(long)]
    pub(crate) delete: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
