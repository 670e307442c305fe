//! What can be asked for.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use scheduling_domain::audit::AuditLink;
use scheduling_domain::id::ScheduleId;
use scheduling_domain::organization::is_slug;

use super::backup::args::BackupCommand;
use super::seed::DEFAULT_SEED;
use crate::config::Sources;

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
        Sources { file: self.config.clone(), flags: Vec::new(), env: Sources::process_env() }
            .with("data_dir", "--data-dir", self.data_dir.as_ref())
            .with("database.url", "--database-url", self.database_url.as_ref())
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Answer requests until told to stop
    #[command(after_help = SERVE_EXAMPLE)]
    Serve(ServeArgs),
    /// Bring the database's schema up to date
    Migrate,
    /// Manage administrators
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Look at what was done
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Make, look at, verify and restore backups
    Backup {
        #[command(subcommand)]
        command: BackupCommand,
    },
    /// Fill an empty database
    Seed {
        #[command(subcommand)]
        command: SeedCommand,
    },
    /// Import people or shifts from a CSV file: all rows, or none when one is bad
    #[command(after_help = IMPORT_EXAMPLE)]
    Import {
        #[command(subcommand)]
        command: ImportCommand,
    },
    /// Find a good roster for a problem in a file
    #[command(after_help = SOLVE_EXAMPLE)]
    Solve(SolveArgs),
    /// Judge a roster in a file: prints each hard violation and the total cost; exit code 1 when there is any
    Check(CheckArgs),
    /// Print the OpenAPI document
    Openapi {
        /// Where it goes [default: standard output]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Print who may do what, as Markdown
    Permissions {
        /// Where it goes [default: standard output]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Ask a running service whether it is healthy
    Healthcheck(HealthcheckArgs),
    /// Look at the configuration
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

const SERVE_EXAMPLE: &str = "\
\x1b[1mExamples\x1b[0m
  hr-scheduling serve --seed-demo-when-empty                   embedded database in ./data, demonstration company
  DATABASE_URL=postgres://hr:…@db/hr hr-scheduling serve --listen 0.0.0.0:8000";

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Address to listen on [env: HR_LISTEN] [default: 127.0.0.1:8000]
    #[arg(long, value_name = "HOST:PORT")]
    pub(super) listen: Option<String>,
    /// What this process does: api answers requests, worker runs the optimiser, all does both [env: HR_ROLE] [default: all]
    #[arg(long, value_name = "ROLE")]
    pub(super) role: Option<String>,
    /// Fill an empty database with a demonstration company, and print the password of its administrator
    #[arg(long)]
    pub(super) seed_demo_when_empty: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum AdminCommand {
    /// Create an administrator
    #[command(after_help = ADMIN_EXAMPLE)]
    Create(CreateAdminArgs),
    /// Give somebody a new password, and end all their sessions
    ResetPassword(ResetPasswordArgs),
    /// Remove somebody's second factor when their authenticator app and recovery codes are lost, and end all their sessions
    ResetSecondFactor(AccountArgs),
}

/// Whose account it is.
#[derive(Debug, Args)]
pub(super) struct AccountArgs {
    /// Slug of their organization; without it, the one that everybody is in
    #[arg(long, value_name = "SLUG", value_parser = parse_slug)]
    pub(super) organization: Option<String>,
    /// Their user name or e-mail address
    #[arg(long, value_name = "NAME")]
    pub(super) username: String,
}

#[derive(Debug, Args)]
pub(super) struct ResetPasswordArgs {
    #[command(flatten)]
    pub(super) account: AccountArgs,
    /// Read the password from standard input; without it, one is generated and printed once
    #[arg(long)]
    pub(super) password_stdin: bool,
}

const ADMIN_EXAMPLE: &str = "\
\x1b[1mExample\x1b[0m
  printf %s \"$PASSWORD\" | hr-scheduling admin create --username admin --email admin@example.com --password-stdin";

#[derive(Debug, Args)]
pub(super) struct CreateAdminArgs {
    /// Slug of their organization, which is made when it is not there; without it, the one that everybody is in
    #[arg(long, value_name = "SLUG", value_parser = parse_slug)]
    pub(super) organization: Option<String>,
    /// What they sign in as
    #[arg(long, value_name = "NAME")]
    pub(super) username: String,
    /// Their e-mail address
    #[arg(long, value_name = "ADDRESS")]
    pub(super) email: String,
    /// What people call them
    #[arg(long, value_name = "NAME", default_value = "Administrator")]
    pub(super) full_name: String,
    /// Read the password from standard input; without it, one is generated and printed once
    #[arg(long)]
    pub(super) password_stdin: bool,
}

fn parse_slug(text: &str) -> Result<String, String> {
    if is_slug(text) {
        Ok(text.to_owned())
    } else {
        Err("a slug has 1 to 40 lower-case letters, digits and hyphens, such as west-hospital".to_owned())
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Walk the chain of events and say where somebody changed it; exit code 1 when somebody did
    #[command(after_help = VERIFY_EXAMPLE)]
    Verify(VerifyArgs),
}

const VERIFY_EXAMPLE: &str = "\
\x1b[1mExample\x1b[0m
  hr-scheduling audit verify --organization default --expect 1234:9f86d08…    as an earlier walk printed it

Events may be added meanwhile. What an earlier walk printed, kept outside of the database, also tells of a chain that was
rewritten from some event on.";

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// Slug of the organization; without it, all of them
    #[arg(long, value_name = "SLUG", value_parser = parse_slug)]
    pub(super) organization: Option<String>,
    /// An event and its hash, as an earlier walk printed it
    #[arg(long, value_name = "SEQUENCE:HASH", value_parser = parse_link, requires = "organization")]
    pub(super) expect: Option<AuditLink>,
}

fn parse_link(text: &str) -> Result<AuditLink, String> {
    text.parse().map_err(|()| "it is the number of an event, a colon, and 64 hexadecimal digits".to_owned())
}

#[derive(Debug, Subcommand)]
pub(super) enum SeedCommand {
    /// A demonstration company: two sites, three teams, sixty people, four weeks of demand
    Demo(SeedDemoArgs),
}

#[derive(Debug, Args)]
pub(super) struct SeedDemoArgs {
    /// Which company: the same one for the same number
    #[arg(long, value_name = "N", default_value_t = DEFAULT_SEED)]
    pub(super) seed: u64,
    /// The Monday with which demand begins [default: the coming one]
    #[arg(long, value_name = "DATE")]
    pub(super) from: Option<Date>,
}

const IMPORT_EXAMPLE: &str = "\
\x1b[1mExamples\x1b[0m
  hr-scheduling import employees people.csv --dry-run
  hr-scheduling import shifts december.csv --schedule 12

\x1b[1mColumns\x1b[0m
  employees  number, full_name, team, hired_on [, left_on, email, phone]
  shifts     template, on, target [, min, max]

A row is found again by its number, or its template and day, so a file can be imported twice.";

#[derive(Debug, Subcommand)]
pub(super) enum ImportCommand {
    /// Create employees, or change those whose numbers are known
    Employees(ImportArgs),
    /// Create shifts of a schedule from templates, or change the heads of those that are there
    Shifts {
        /// The schedule's id
        #[arg(long, value_name = "ID")]
        schedule: ScheduleId,
        #[command(flatten)]
        file: ImportArgs,
    },
}

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// The CSV file, with a heading
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Report on each row and write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// How problems and rosters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// The shift-scheduling benchmark of Curtois and Qu; rosters as `employee,day,shift`
    Curtois,
}

const SOLVE_EXAMPLE: &str = "\
\x1b[1mExamples\x1b[0m
  hr-scheduling solve --format curtois Instance1.txt --seconds 10 --out roster.csv
  hr-scheduling solve --format curtois Instance1.txt --steps 20000000 --seed 7    the same roster every time";

#[derive(Debug, Args)]
pub(super) struct SolveArgs {
    /// How the problem is written
    #[arg(long, value_enum)]
    pub(super) format: Format,
    /// The problem
    #[arg(value_name = "INSTANCE")]
    pub(super) instance: PathBuf,
    /// Stop after so much time [default: 10, unless --steps is given]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(super) seconds: Option<u32>,
    /// Stop after so many moves: the same roster every time, on any machine
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) steps: Option<u64>,
    /// How many threads search, each on its own
    #[arg(long, value_name = "N", default_value = "1")]
    pub(super) threads: NonZeroU32,
    /// Where the random numbers start
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,
    /// Then look, for a tenth of the time, how far from the best the roster may be
    #[arg(long)]
    pub(super) bound: bool,
    /// Where the roster goes [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// How the problem and the roster are written
    #[arg(long, value_enum)]
    pub(super) format: Format,
    /// The problem
    #[arg(value_name = "INSTANCE")]
    pub(super) instance: PathBuf,
    /// The roster
    #[arg(value_name = "ROSTER")]
    pub(super) roster: PathBuf,
    /// Also print what costs points
    #[arg(long)]
    pub(super) costs: bool,
}

#[derive(Debug, Args)]
pub(super) struct HealthcheckArgs {
    /// Where the service listens, with https:// before it where it answers over TLS [default: the configured address]
    #[arg(long, value_name = "HOST:PORT")]
    pub(super) address: Option<String>,
    /// PEM file of the authority that signed its certificate [env: HR_TLS_CA_FILE] [default: those that the machine trusts]
    #[arg(long, value_name = "FILE")]
    pub(super) ca_file: Option<PathBuf>,
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
