use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::{Post, SendError, send_next};
use crate::app::App;

/// How long nobody looks for mails when nobody calls: those of other processes, and those that are tried again.
const IDLE: Duration = Duration::from_secs(5);

/// Sends what waits, for all organizations, until it is stopped. Each mail is taken by one relay of all processes.
pub struct MailRelay {
    stop: watch::Sender<bool>,
    working: JoinHandle<()>,
}

impl MailRelay {
    /// Starts one on the current runtime.
    pub fn start(app: App, post: Post) -> Self {
        let (stop, stopped) = watch::channel(false);
        let working = tokio::spawn(work(app, post, stopped));
        Self { stop, working }
    }

    /// Stops it once the mail that it has in hand is handed over.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.working.await {
            let error: &dyn std::error::Error = &error;
            tracing::error!(error, "the mail relay broke down");
        }
    }
}

async fn work(app: App, post: Post, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() && stop.has_changed().is_ok() {
        match round(&app, &post).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(error, "the mail relay could not go on; it tries again");
            }
        }
        tokio::select! {
            () = post.called.notified() => {}
            () = sleep(IDLE) => {}
            _ = stop.changed() => {}
        }
    }
}

/// One mail of each organization; answers whether there was any.
async fn round(app: &App, post: &Post) -> Result<bool, SendError> {
    let mut any = false;
    for organization in app.store.organizations().await? {
        any |= send_next(app, post, organization.id).await?;
    }
    Ok(any)
}
