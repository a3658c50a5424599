//! Capture jobs: what became of a document, and who works on it.

#![expect(clippy::disallowed_methods, reason = "a job belongs to the tenant that sent the document")]

use std::time::Duration;

use domain::TenantId;
use epcis::Finding;
use jiff::Timestamp;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, SimpleExpr},
};

use crate::{
    Store, StoreError,
    bulk::{Cell, Transaction},
    entity, insert_all,
    text::{instant, micros},
};

/// Where a job stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum JobStatus {
    /// Being worked on.
    Running,
    /// What was to be stored is on disk: everything, or with [`ErrorBehaviour::Proceed`] every good event.
    Finished,
    /// Nothing of the document was stored; the findings say why.
    Failed,
}

/// What a bad event means for the good ones of its document.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ErrorBehaviour {
    /// All events are stored, or none.
    #[default]
    Rollback,
    /// The good ones are stored.
    Proceed,
}

/// What became of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its name, a UUID.
    pub id: String,
    /// Where it stands.
    pub status: JobStatus,
    /// What a bad event means for the good ones.
    pub behaviour: ErrorBehaviour,
    /// Who sent the document.
    pub actor: String,
    /// When it came.
    pub created_at: Timestamp,
    /// When it was done.
    pub finished_at: Option<Timestamp>,
    /// Events stored.
    pub stored: u64,
    /// Events that were there already.
    pub duplicates: u64,
    /// Events not accepted.
    pub rejected: u64,
    /// What is to be said about the document, in its order.
    pub findings: Vec<Finding>,
    /// Findings beyond those that a job keeps.
    pub findings_omitted: u64,
}

impl Job {
    /// Whether nothing of the document was rejected, so far.
    pub fn is_success(&self) -> bool {
        // A job keeps rejections before all other findings, so one of them would be here.
        let rejected = self.findings.iter().any(|finding| finding.severity == epcis::Severity::Reject);
        self.status != JobStatus::Failed && !rejected
    }
}

/// Who works on a job, and for how long that is believed without another word.
#[derive(Clone, Copy, Debug)]
pub struct Lease<'a> {
    /// The process.
    pub worker: &'a str,
    /// By the clock of the database: those of the processes need not agree.
    pub lasts: Duration,
}

impl Store {
    /// Records a job before its document is read. It ends by [`Capture::commit`](crate::Capture::commit), by
    /// [`end_job`](Self::end_job), or by [`interrupt_job`](Self::interrupt_job), whichever is first.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn begin_job(&self, tenant: TenantId, job: &Job, lease: Lease<'_>) -> Result<(), StoreError> {
        const WHAT: &str = "job.begin";
        let tx = self.begin(WHAT).await?;
        let row = entity::job::Model { worker: Some(lease.worker.to_owned()), ..row(tenant, job) };
        insert_all::<entity::job::Entity, _, _>(&tx, vec![row.into_active_model()], WHAT).await?;
        renew(&tx, tenant, &job.id, lease).await?;
        tx.commit().await.map_err(StoreError::database(WHAT))
    }

    /// Says that a job is still worked on; `false` when it is not running any more.
    ///
    /// On `SQLite` it would wait for the capture that it speaks for; see [`has_leases`](Self::has_leases).
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn renew_lease(&self, tenant: TenantId, id: &str, lease: Lease<'_>) -> Result<bool, StoreError> {
        renew(&self.db, tenant, id, lease).await
    }

    /// Whether several processes may share this database, so that each has to say which jobs it still works on. A
    /// `SQLite` file has one gateway, which knows that of itself.
    pub fn has_leases(&self) -> bool {
        self.db.get_database_backend() != DbBackend::Sqlite
    }

    /// Ends a running job of which nothing was stored.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::JobEnded`].
    pub async fn end_job(&self, tenant: TenantId, job: &Job) -> Result<(), StoreError> {
        let mut tx = Transaction::begin(self, "job.end").await?;
        end(&mut tx, tenant, job).await?;
        tx.commit("job.end").await
    }

    /// A job of the tenant.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn job(&self, tenant: TenantId, id: &str) -> Result<Option<Job>, StoreError> {
        let row = entity::job::Entity::find_by_id((tenant.0, id.to_owned()))
            .one(&self.db)
            .await
            .map_err(StoreError::database("job.read"))?;
        row.map(from_row).transpose()
    }

    /// The latest jobs of the tenant, newest first.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn jobs(&self, tenant: TenantId, limit: u64) -> Result<Vec<Job>, StoreError> {
        let rows = entity::job::Entity::find()
            .filter(entity::job::Column::Tenant.eq(tenant.0))
            .order_by_desc(entity::job::Column::CreatedAt)
            .order_by_desc(entity::job::Column::Id)
            .limit(limit)
            .all(&self.db)
            .await
            .map_err(StoreError::database("job.list"))?;
        rows.into_iter().map(from_row).collect()
    }

    /// Running jobs of every tenant whose lease has run out; where there are no leases, every running job.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn lapsed_jobs(&self) -> Result<Vec<(TenantId, String)>, StoreError> {
        const WHAT: &str = "job.lapsed";
        let tenants = entity::tenant::Entity::find().all(&self.db).await.map_err(StoreError::database(WHAT))?;
        let mut lapsed = Vec::new();
        // One tenant at a time: no statement reaches across tenants.
        for tenant in tenants {
            let rows = entity::job::Entity::find()
                .filter(entity::job::Column::Tenant.eq(tenant.id))
                .filter(self.has_lapsed())
                .all(&self.db)
                .await
                .map_err(StoreError::database(WHAT))?;
            lapsed.extend(rows.into_iter().map(|row| (TenantId(row.tenant), row.id)));
        }
        Ok(lapsed)
    }

    /// Marks a job as failed that nobody works on any more: nothing of its document was stored, because a document and
    /// the end of its job are committed together. `false` when it has ended, or has a lease, after all.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn interrupt_job(&self, tenant: TenantId, id: &str, now: Timestamp) -> Result<bool, StoreError> {
        const WHAT: &str = "job.interrupt";
        let finding = Finding {
            code: "CAPTURE-INTERRUPTED".into(),
            severity: epcis::Severity::Reject,
            at: epcis::Location::default(),
            message: "the gateway stopped before the document was stored".to_owned(),
            help: Some("send the document again".to_owned()),
            corrected: None,
        };
        let tx = self.begin(WHAT).await?;
        let done = running(tenant, id)
            .filter(self.has_lapsed())
            .col_expr(entity::job::Column::Status, Expr::value("failed"))
            .col_expr(entity::job::Column::FinishedAt, Expr::value(micros(now)))
            .col_expr(entity::job::Column::Findings, Expr::value(findings_text(&[finding])))
            .col_expr(entity::job::Column::LeaseUntil, Expr::value(None::<i64>))
            .exec(&tx)
            .await
            .map_err(StoreError::database(WHAT))?;
        tx.commit().await.map_err(StoreError::database(WHAT))?;
        Ok(done.rows_affected > 0)
    }

    /// A job that has ended has no lease.
    fn has_lapsed(&self) -> Condition {
        let column = entity::job::Column::LeaseUntil;
        let is_running = Condition::all().add(entity::job::Column::Status.eq(RUNNING));
        if self.has_leases() {
            is_running.add(Expr::col(column).lt(later(self.db.get_database_backend(), Duration::ZERO)))
        } else {
            is_running.add(column.is_not_null())
        }
    }
}

const RUNNING: &str = "running";

fn running(tenant: TenantId, id: &str) -> sea_orm::UpdateMany<entity::job::Entity> {
    entity::job::Entity::update_many()
        .filter(entity::job::Column::Tenant.eq(tenant.0))
        .filter(entity::job::Column::Id.eq(id))
        .filter(entity::job::Column::Status.eq(RUNNING))
}

/// A moment from now, by the clock of the database, as microseconds.
fn later(backend: DbBackend, by: Duration) -> SimpleExpr {
    let by = by.as_micros();
    match backend {
        DbBackend::Sqlite => Expr::cust(format!("(unixepoch() * 1000000 + {by})")),
        _ => Expr::cust(format!("((extract(epoch from statement_timestamp()) * 1000000)::bigint + {by})")),
    }
}

async fn renew<C: ConnectionTrait>(tx: &C, tenant: TenantId, id: &str, lease: Lease<'_>) -> Result<bool, StoreError> {
    let done = running(tenant, id)
        .filter(entity::job::Column::Worker.eq(lease.worker))
        .col_expr(entity::job::Column::LeaseUntil, later(tx.get_database_backend(), lease.lasts))
        .exec(tx)
        .await
        .map_err(StoreError::database("job.renew"))?;
    Ok(done.rows_affected > 0)
}

/// Ends a running job. One that has ended already stays as it is, and the transaction must not be committed.
pub(crate) async fn end(tx: &mut Transaction, tenant: TenantId, job: &Job) -> Result<(), StoreError> {
    let sql = "UPDATE job SET status = $3, finished_at = $4, stored = $5, duplicates = $6, rejected = $7, findings = $8, \
               findings_omitted = $9, lease_until = NULL WHERE tenant = $1 AND id = $2 AND status = 'running'";
    let row = row(tenant, job);
    let args = vec![
        row.tenant.into(),
        Cell::Text(Some(row.id)).into(),
        Cell::Text(Some(row.status)).into(),
        Cell::Int(row.finished_at).into(),
        row.stored.into(),
        row.duplicates.into(),
        row.rejected.into(),
        Cell::Text(Some(row.findings)).into(),
        row.findings_omitted.into(),
    ];
    if tx.execute("job.end", sql.to_owned(), args).await? == 0 { Err(StoreError::JobEnded) } else { Ok(()) }
}

fn row(tenant: TenantId, job: &Job) -> entity::job::Model {
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    entity::job::Model {
        tenant: tenant.0,
        id: job.id.clone(),
        status: match job.status {
            JobStatus::Running => RUNNING,
            JobStatus::Finished => "finished",
            JobStatus::Failed => "failed",
        }
        .to_owned(),
        actor: job.actor.clone(),
        created_at: micros(job.created_at),
        finished_at: job.finished_at.map(micros),
        stored: count(job.stored),
        duplicates: count(job.duplicates),
        rejected: count(job.rejected),
        findings: findings_text(&job.findings),
        behaviour: match job.behaviour {
            ErrorBehaviour::Rollback => "rollback",
            ErrorBehaviour::Proceed => "proceed",
        }
        .to_owned(),
        findings_omitted: count(job.findings_omitted),
        worker: None,
        lease_until: None,
    }
}

fn findings_text(findings: &[Finding]) -> String {
    // Findings are strings and numbers with string keys: writing them into memory cannot fail.
    serde_json::to_string(findings).unwrap_or_default()
}

fn from_row(row: entity::job::Model) -> Result<Job, StoreError> {
    Ok(Job {
        status: match row.status.as_str() {
            RUNNING => JobStatus::Running,
            "finished" => JobStatus::Finished,
            "failed" => JobStatus::Failed,
            _ => return Err(StoreError::inconsistent("job", "status", row.status)),
        },
        behaviour: match row.behaviour.as_str() {
            "rollback" => ErrorBehaviour::Rollback,
            "proceed" => ErrorBehaviour::Proceed,
            _ => return Err(StoreError::inconsistent("job", "behaviour", row.behaviour)),
        },
        findings: serde_json::from_str(&row.findings)
            .map_err(|_| StoreError::inconsistent("job", "findings", row.id.as_str()))?,
        id: row.id,
        actor: row.actor,
        created_at: instant("job", "created_at", row.created_at)?,
        finished_at: row.finished_at.map(|at| instant("job", "finished_at", at)).transpose()?,
        stored: u64::try_from(row.stored).unwrap_or_default(),
        duplicates: u64::try_from(row.duplicates).unwrap_or_default(),
        rejected: u64::try_from(row.rejected).unwrap_or_default(),
        findings_omitted: u64::try_from(row.findings_omitted).unwrap_or_default(),
    })
}
