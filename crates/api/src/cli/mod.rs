//! The command line. Each command has a file: its arguments, what it does, what it prints.
//!
//! Results go to standard output and nothing else does; progress and complaints go to standard error. The exit code
//! says how it went; see [`Exit`].

mod admin;
mod args;
mod audit;
mod backup;
mod check;
mod config;
mod failure;
mod healthcheck;
mod import;
mod instance;
mod migrate;
mod openapi;
mod output;
mod permissions;
mod seed;
mod serve;
mod session;
mod solve;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use args::{AdminCommand, AuditCommand, Cli, Command, ConfigCommand, SeedCommand};
use failure::Failure;

pub use failure::Exit;

/// Runs the program with these arguments, the first of which is its name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; clap prints each where it belongs.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Ok }.into();
        }
    };
    match dispatch(cli) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output::complain(&failure);
            failure.exit().into()
        }
    }
}

fn dispatch(cli: Cli) -> Result<Exit, Failure> {
    let Cli { settings, command } = cli;
    match command {
        Command::Serve(arguments) => {
            let sources = settings.sources().with("listen", "--listen", arguments.listen.as_ref());
            serve::run(&sources.with("role", "--role", arguments.role.as_ref()), &arguments)
        }
        Command::Openapi { out } => openapi::run(out.as_deref()),
        Command::Permissions { out } => permissions::run(out.as_deref()),
        Command::Migrate => migrate::run(&settings.sources()),
        Command::Admin { command } => match command {
            AdminCommand::Create(arguments) => admin::create(&settings.sources(), &arguments),
            AdminCommand::ResetPassword(arguments) => admin::reset_password(&settings.sources(), &arguments),
            AdminCommand::ResetSecondFactor(arguments) => admin::reset_second_factor(&settings.sources(), &arguments),
        },
        Command::Backup { command } => backup::run(settings.sources(), &command),
        Command::Audit { command: AuditCommand::Verify(arguments) } => audit::verify(&settings.sources(), &arguments),
        Command::Seed { command: SeedCommand::Demo(arguments) } => seed::demo(&settings.sources(), &arguments),
        Command::Import { command } => import::run(&settings.sources(), &command),
        Command::Solve(arguments) => solve::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Healthcheck(arguments) => healthcheck::run(&settings.sources(), &arguments),
        Command::Config { command: ConfigCommand::Show } => config::show(&settings.sources()),
    }
}
