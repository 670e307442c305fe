use scheduling_domain::id::OrganizationId;
use scheduling_domain::ports::StoreError;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::pace::Pace;
use super::run_next::run_next;
use crate::app::App;

/// Runs the optimiser for all organizations, one run after the other, until it is stopped.
///
/// A process may have several, and several processes may have some: each run is taken by one of them. One that is dropped
/// stops as well, but nobody waits for what it has in hand.
pub struct Worker {
    stop: watch::Sender<bool>,
    working: JoinHandle<()>,
}

impl Worker {
    /// Starts one on the current runtime.
    pub fn start(app: App, pace: Pace) -> Self {
        let (stop, stopped) = watch::channel(false);
        let working = tokio::spawn(Round { app, pace, last: None }.work(stopped));
        Self { stop, working }
    }

    /// Stops it. A run that it has in hand is halted and waits for another worker, with its best roster so far; returns when
    /// that is written.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.working.await {
            let error: &dyn std::error::Error = &error;
            tracing::error!(error, "a worker broke down");
        }
    }
}

/// Goes around the organizations, so that one with much to do does not keep the others waiting.
struct Round {
    app: App,
    pace: Pace,
    /// Whose run was the last.
    last: Option<OrganizationId>,
}

impl Round {
    async fn work(mut self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() && stop.has_changed().is_ok() {
            match self.step(&mut stop).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    let error: &dyn std::error::Error = &error;
                    tracing::error!(error, "a worker could not go on; it tries again");
                }
            }
            tokio::select! {
                () = self.app.wake.called() => {}
                () = sleep(self.pace.idle) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// One run of the next organization that has any; answers whether there was one.
    async fn step(&mut self, stop: &mut watch::Receiver<bool>) -> Result<bool, StoreError> {
        let mut organizations: Vec<OrganizationId> =
            self.app.store.organizations().await?.into_iter().map(|organization| organization.id).collect();
        let next = organizations.partition_point(|id| Some(*id) <= self.last);
        organizations.rotate_left(next);
        for organization in organizations {
            self.last = Some(organization);
            if run_next(&self.app, organization, &self.pace, stop).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
