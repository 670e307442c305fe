use jiff::SignedDuration;
use scheduling_domain::id::{OptimizationId, OrganizationId, TypedId};
use scheduling_domain::optimization::{Optimization, OptimizationState};
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use scheduling_domain::schedule::Schedule;
use scheduling_solver::SolveError;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::sleep;
use tracing::Instrument;

use super::lease::Lease;
use super::pace::Pace;
use super::proposal::{proposal, start};
use super::search::{self, Found, Line, Question};
use crate::app::App;
use crate::reader::Reader;
use crate::roster::{Extent, Roster, assemble};

/// Why a run has failed. What a client is told; the cause is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunFailure {
    /// Every worker that took it fell silent.
    WorkersLost,
    /// The schedule cannot be searched, such as one that spans too many days.
    NotSearchable,
    /// The search broke down.
    Crashed,
}

impl RunFailure {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::WorkersLost, Self::NotSearchable, Self::Crashed];

    /// The stable code that is stored; the message catalogues have a text for each.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WorkersLost => "workers_lost",
            Self::NotSearchable => "not_searchable",
            Self::Crashed => "search_crashed",
        }
    }
}

/// What became of a run that a worker took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ran {
    /// It has ended: done, cancelled or failed.
    Ended(Record<Optimization>),
    /// The worker was told to stop; the run waits again, with its best roster so far.
    PutBack(Record<Optimization>),
    /// Another worker has it now.
    Lost(OptimizationId),
}

/// Takes the organization's next run, if one waits, and sees it to its end, or until `stop` says true or its sender is gone.
pub async fn run_next(
    app: &App,
    organization: OrganizationId,
    pace: &Pace,
    stop: &mut watch::Receiver<bool>,
) -> Result<Option<Ran>, StoreError> {
    let Some((lease, run)) = Lease::take_next(app, organization, pace.lease).await? else {
        return Ok(None);
    };
    tracing::info!(%organization, run = %run.id, generation = run.generation, "a run was taken");
    let span = tracing::debug_span!(
        "run",
        organization_id = organization.get(),
        run = run.id.get(),
        request_id = run.request_id.as_deref(),
    );
    if let Some(traceparent) = &run.traceparent {
        (pace.continue_trace)(&span, traceparent);
    }
    let worker = Worker { app, pace, lease, run };
    let ran = if pace.most_workers_lost <= worker.run.workers_lost {
        worker.fail(RunFailure::WorkersLost).instrument(span).await?
    } else {
        worker.search(organization, stop).instrument(span).await?
    };
    if let Ran::Ended(run) = &ran {
        let (state, took) = (run.state, took(run));
        tracing::info!(%organization, run = %run.id, state = state.as_str(), ?took, "a run has ended");
        app.metrics.optimization_ended(run, took.unsigned_abs());
    }
    Ok(Some(ran))
}

/// A run in hand.
struct Worker<'a> {
    app: &'a App,
    pace: &'a Pace,
    lease: Lease,
    run: Record<Optimization>,
}

/// Why a search was halted before its budget was spent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Halt {
    Stopping,
    Lost,
}

impl Worker<'_> {
    async fn search(self, organization: OrganizationId, stop: &mut watch::Receiver<bool>) -> Result<Ran, StoreError> {
        let mut reader = Reader::Pool(self.app.store.as_ref(), organization);
        let Some(schedule) = reader.find::<Schedule>(self.run.schedule_id).await? else {
            return self.fail(RunFailure::NotSearchable).await;
        };
        let roster = assemble(&mut reader, &schedule, Extent::Whole).await?;
        // A run that was put back, or whose worker fell silent, goes on from what it had.
        let steps = if self.run.proposal.is_empty() { 0 } else { self.run.steps };
        let question = Question {
            problem: roster.problem.clone(),
            start: start(&roster, &self.run.proposal),
            settings: search::settings(&self.run, steps, self.pace.threads),
        };
        let line = Line::open(&self.run);
        let mut searching = search::start(question, &line);
        let (found, halt) = self.attend(&mut searching, &line, (&roster, steps), stop).await;
        match found {
            _ if halt == Some(Halt::Lost) => Ok(Ran::Lost(self.run.id)),
            Ok(Ok(found)) => self.finish(&roster, &found, steps, halt).await,
            Ok(Err(error)) => {
                log_error(organization, self.run.id, &error, "a run cannot be searched");
                self.fail(RunFailure::NotSearchable).await
            }
            Err(error) => {
                log_error(organization, self.run.id, &error, "a search broke down");
                self.fail(RunFailure::Crashed).await
            }
        }
    }

    /// Waits for the search, tells the store how it fares, and halts it when it should end.
    async fn attend(
        &self,
        searching: &mut JoinHandle<Result<Found, SolveError>>,
        line: &Line,
        from: (&Roster, u64),
        stop: &mut watch::Receiver<bool>,
    ) -> (Result<Result<Found, SolveError>, JoinError>, Option<Halt>) {
        let mut halt = None;
        loop {
            tokio::select! {
                found = &mut *searching => return (found, halt),
                () = stopped(stop), if halt.is_none() => {
                    halt = Some(Halt::Stopping);
                    line.halt();
                }
                () = sleep(self.pace.heartbeat), if halt != Some(Halt::Lost) => match self.beat(line, from).await {
                    Ok(Some(run)) if run.cancel_requested => line.halt(),
                    Ok(Some(_)) => {}
                    Ok(None) => {
                        halt = Some(Halt::Lost);
                        line.halt();
                    }
                    // The lease outlives some of them.
                    Err(error) => tracing::warn!(run = %self.run.id, %error, "a heartbeat did not reach the store"),
                },
            }
        }
    }

    /// Says how far the search is, and leaves the best roster so far for whoever may have to go on from it.
    async fn beat(
        &self,
        line: &Line,
        (roster, steps): (&Roster, u64),
    ) -> Result<Option<Record<Optimization>>, StoreError> {
        let taken = steps.saturating_add(line.steps());
        let found = line.found().map(|(score, placements)| (score, proposal(roster, &placements)));
        self.lease
            .renew(self.app, &|run| {
                run.steps = taken.max(run.steps);
                if let Some((score, proposal)) = &found {
                    run.score = Some(*score);
                    run.proposal.clone_from(proposal);
                }
            })
            .await
    }

    /// Writes what was found. Who asked to cancel is obeyed before who only stops the worker.
    async fn finish(
        &self,
        roster: &Roster,
        Found { solution, bound }: &Found,
        steps: u64,
        halt: Option<Halt>,
    ) -> Result<Ran, StoreError> {
        let now = self.app.now();
        let proposal = proposal(roster, &solution.placements);
        let ending = |run: &mut Optimization| {
            run.state = match halt {
                _ if run.cancel_requested => OptimizationState::Cancelled,
                Some(Halt::Stopping) => OptimizationState::Queued,
                _ => OptimizationState::Done,
            };
            run.steps = steps.saturating_add(solution.steps);
            run.score = Some(search::score(solution.score));
            run.bound = *bound;
            run.proposal.clone_from(&proposal);
            run.leased_until = None;
            run.finished_at = run.state.is_final().then_some(now);
        };
        Ok(match self.lease.write(self.app, &ending).await? {
            None => Ran::Lost(self.run.id),
            Some(run) if run.state.is_final() => Ran::Ended(run),
            Some(run) => Ran::PutBack(run),
        })
    }

    async fn fail(&self, failure: RunFailure) -> Result<Ran, StoreError> {
        let now = self.app.now();
        let ending = |run: &mut Optimization| {
            run.state = OptimizationState::Failed;
            run.failure = Some(failure.as_str().to_owned());
            run.leased_until = None;
            run.finished_at = Some(now);
        };
        let ended = self.lease.write(self.app, &ending).await?;
        Ok(ended.map_or(Ran::Lost(self.run.id), Ran::Ended))
    }
}

/// Waits until it says true, or nobody is left to say so.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    drop(stop.wait_for(|is_stopped| *is_stopped).await);
}

fn log_error(organization: OrganizationId, run: OptimizationId, error: &(dyn std::error::Error + 'static), what: &str) {
    tracing::error!(%organization, %run, error, "{what}");
}

fn took(run: &Optimization) -> SignedDuration {
    run.started_at.zip(run.finished_at).map_or(SignedDuration::ZERO, |(began, ended)| ended.duration_since(began))
}
