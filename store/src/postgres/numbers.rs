//! Numbers out of a tenant's sequence, in the writer's transaction.

use std::collections::HashMap;

use docket_domain::TenantId;
use sqlx::PgConnection;

use super::reader::unsigned;
use crate::appender::{Batch, ReserveJob, Wish};

/// Takes the numbers of each sequence in one statement and hands them out.
pub(super) async fn reserve(connection: &mut PgConnection, batch: &Batch) -> Result<Vec<u64>, sqlx::Error> {
    let mut nexts: HashMap<(&TenantId, &str), u64> = HashMap::new();
    for job in &batch.reserves {
        if let Wish::Next(count) = job.wish {
            *nexts.entry((&job.tenant, &job.sequence)).or_default() += u64::from(count);
        }
    }
    for ((tenant, sequence), count) in &mut nexts {
        *count = take(connection, tenant, sequence, *count).await?;
    }
    let mut firsts = Vec::with_capacity(batch.reserves.len());
    for job in &batch.reserves {
        match job.wish {
            Wish::Next(count) => {
                let next = nexts.entry((&job.tenant, &job.sequence)).or_default();
                firsts.push(*next);
                *next += u64::from(count);
            }
            Wish::Aside(through) => firsts.push(set_aside(connection, job, through).await?),
        }
    }
    Ok(firsts)
}

async fn take(
    connection: &mut PgConnection,
    tenant: &TenantId,
    sequence: &str,
    count: u64,
) -> Result<u64, sqlx::Error> {
    let row = sqlx::query(
        "INSERT INTO docket_log.numbers AS n (tenant, sequence, next) VALUES ($1, $2, 1 + $3) \
         ON CONFLICT (tenant, sequence) DO UPDATE SET next = n.next + $3 RETURNING next - $3",
    )
    .bind(tenant.as_str())
    .bind(sequence)
    .bind(count.cast_signed())
    .fetch_one(connection)
    .await?;
    unsigned(&row, 0)
}

async fn set_aside(connection: &mut PgConnection, job: &ReserveJob, through: u64) -> Result<u64, sqlx::Error> {
    // Taking none says where the sequence stands, and locks it.
    let first = take(connection, &job.tenant, &job.sequence, 0).await?;
    if first <= through {
        take(connection, &job.tenant, &job.sequence, through - first + 1).await?;
        // What follows on what was set aside before is one with it.
        sqlx::query(
            "WITH joined AS (UPDATE docket_log.numbers_aside SET last = $4 \
               WHERE tenant = $1 AND sequence = $2 AND last = $3 - 1 RETURNING last) \
             INSERT INTO docket_log.numbers_aside (tenant, sequence, first, last) \
             SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT FROM joined)",
        )
        .bind(job.tenant.as_str())
        .bind(&job.sequence)
        .bind(first.cast_signed())
        .bind(through.cast_signed())
        .execute(connection)
        .await?;
    }
    Ok(first)
}
