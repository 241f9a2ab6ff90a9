//! Lines are worked on many at once and appended in the order of the file: what began first there begins first here, so
//! that an export of the desk tells its streams in the same order again.

use std::pin::pin;

use tokio::sync::oneshot;

/// A line's turn to append. Dropped, it is the next one's.
pub(super) struct Turn {
    before: Option<oneshot::Receiver<()>>,
    after: Option<oneshot::Sender<()>>,
}

/// Whose turn comes next.
#[derive(Default)]
pub(super) struct Turns {
    last: Option<oneshot::Receiver<()>>,
}

impl Turns {
    /// The turn after all that were given.
    pub(super) fn next(&mut self) -> Turn {
        let (after, last) = oneshot::channel();
        Turn { before: self.last.replace(last), after: Some(after) }
    }
}

impl Turn {
    /// In no order.
    pub(super) fn free() -> Self {
        Self { before: None, after: None }
    }

    /// Carries `append` out after all that came before have handed theirs to the log, which takes appends in the order in
    /// which it is first asked, and lets the next one follow as soon as this one has been handed over.
    pub(super) async fn take<T>(self, append: impl Future<Output = T>) -> T {
        if let Some(before) = self.before {
            // That it was dropped is the sign.
            let _ = before.await;
        }
        // Whoever runs out of the runtime's budget would not be handed over by being asked once.
        let mut append = pin!(tokio::task::unconstrained(append));
        let first = futures::poll!(append.as_mut());
        drop(self.after);
        match first {
            std::task::Poll::Ready(done) => done,
            std::task::Poll::Pending => append.await,
        }
    }
}
