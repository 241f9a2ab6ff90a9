//! How an import ends: with all that was to come in, or before that.

use super::{ImportError, ImportReport, Importer, stopped};
use crate::invocation::hex;

impl Importer {
    /// Waits for everything under way and tells what became of it.
    ///
    /// # Errors
    /// [`ImportError`] as with [`push`](Self::push).
    pub async fn finish(mut self) -> Result<ImportReport, ImportError> {
        if let Some((number, last)) = self.splitter.finish()
            && let Some(planned) = self.understand(number, last)
        {
            self.begin(planned, number).await.map_err(stopped)?;
        }
        loop {
            while let Some(done) = self.lines.join_next().await {
                self.settle(done).await?;
            }
            // Now it is known what is asked for.
            let postponed = std::mem::take(&mut self.postponed);
            if postponed.is_empty() {
                break;
            }
            for (planned, line) in postponed {
                self.renumber(planned, line).await.map_err(stopped)?;
            }
        }
        let mut report = self.report;
        let (others, events) = self.context.counts.so_far();
        report.others = others;
        report.events += events;
        report.refused.sort_by_key(|refusal| refusal.line);
        let sha256 = hex(self.digest.finish().as_ref());
        let recorded = self.context.record.finish(&report, self.splitter.lines(), sha256).await;
        recorded.map_err(stopped)?;
        let took = self.context.journal.clock().now() - self.began_at;
        report.seconds = took.as_seconds_f64();
        Ok(report)
    }

    /// Ends it before all was read, for this reason: what is under way comes in, and nothing after it.
    ///
    /// # Errors
    /// [`ImportError`] as with [`push`](Self::push).
    pub async fn break_off(mut self, reason: &str) -> Result<ImportReport, ImportError> {
        for (_, line) in std::mem::take(&mut self.postponed) {
            self.refuse(line, reason.to_owned());
        }
        let next = self.splitter.break_off();
        self.refuse(next, reason.to_owned());
        self.finish().await
    }
}
