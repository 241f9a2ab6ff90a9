//! Answers from the read models. Every query takes a [`Viewer`]; what a customer may not see is left out in SQL.

mod as_whom;
mod audit;
mod calendars;
mod chats;
mod cursor;
mod dashboard;
mod days;
mod dialect;
mod figures;
mod messages;
mod own;
mod people;
mod reader;
mod roles;
mod search;
mod sidebar;
mod sla;
mod sla_policies;
mod tickets;
mod unread;
mod views;
mod words;

use crate::database::Sql;
use crate::error::ReadError;
use crate::read_models::ReadModels;
use crate::table::DbRow;
use crate::viewer::Viewer;

use dialect::Dialect;
pub use sla::explain_sla;
pub(crate) use sla::{badge_as_of, badge_of};
pub(crate) use tickets::{feedback_view, number_text};

/// Asks the read models. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Queries {
    pub(crate) models: ReadModels,
}

impl Queries {
    fn dialect(&self) -> Dialect {
        Dialect::of(&self.models.database)
    }

    async fn fetch(&self, viewer: &Viewer, sql: Sql) -> Result<Vec<DbRow>, ReadError> {
        self.models.database.fetch(&viewer.tenant, sql).await
    }
}

/// A mean, if there is anything to average.
#[allow(clippy::cast_precision_loss, reason = "figures for people")]
fn mean(count: i64, sum: i64) -> Option<f64> {
    (count > 0).then(|| sum as f64 / count as f64)
}
