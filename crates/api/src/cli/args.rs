//! What can be asked for.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::{Flag, Sources};

const EXAMPLES: &str = "\
\x1b[1mFirst steps\x1b[0m
  hr-scheduling serve --seed-demo-when-empty      a demonstration company on http://127.0.0.1:8000/api/docs/
  hr-scheduling config show                       every setting, its value and where that came from

\x1b[1mExit codes\x1b[0m
  0  done
  1  done, and something was found: a hard violation, a bad row, an unhealthy service
  2  the arguments or the configuration cannot be used
  3  something outside failed: a database that cannot be reached, a port in use, a folder that cannot be written

Settings come from flags, else the environment, else a TOML file (--config, HR_CONFIG or ./hr-scheduling.toml), else
their defaults.";

/// Workforce scheduling: people, work, rules, rosters. 人力资源调度系统
#[derive(Debug, Parser)]
#[command(name = "hr-scheduling", version, after_help = EXAMPLES, max_term_width = 120, disable_help_subcommand = true)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) settings: SettingFlags,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Settings that every command understands.
#[derive(Debug, Args)]
pub(super) struct SettingFlags {
    /// Configuration file [env: HR_CONFIG]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Settings")]
    config: Option<PathBuf>,
    /// Folder of the embedded database and generated keys [env: HR_DATA_DIR] [default: ./data]
    #[arg(long, global = true, value_name = "FOLDER", help_heading = "Settings")]
    data_dir: Option<String>,
    /// PostgreSQL to use instead of the embedded database [env: DATABASE_URL]
    #[arg(long, global = true, value_name = "URL", help_heading = "Settings")]
    database_url: Option<String>,
}

impl SettingFlags {
    /// The layers with these flags on top.
    pub(super) fn sources(&self) -> Sources {
        let given =
            [("data_dir", "--data-dir", &self.data_dir), ("database.url", "--database-url", &self.database_url)];
        let flags =
            given.into_iter().filter_map(|(key, flag, text)| Some(Flag { key, flag, text: text.clone()? })).collect();
        Sources { file: self.config.clone(), flags, env: Sources::process_env() }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Ask a running service whether it is healthy
    Healthcheck(HealthcheckArgs),
    /// Look at the configuration
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

#[derive(Debug, Args)]
pub(super) struct HealthcheckArgs {
    /// Where the service listens [default: the configured address]
    #[arg(long, value_name = "HOST:PORT")]
    pub(super) address: Option<String>,
    /// How long to wait for an answer
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    pub(super) timeout: u32,
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print every setting with its value and where that came from; secrets are hidden
    Show,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_fit_together() {
        Cli::command().debug_assert();
    }
}
