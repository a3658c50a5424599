//! Capture jobs: what became of a document.

#![expect(clippy::disallowed_methods, reason = "a job belongs to the tenant that sent the document")]

use domain::TenantId;
use epcis::Finding;
use jiff::Timestamp;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
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
    /// Every event of the document is on disk.
    Finished,
    /// Nothing of the document was stored; the findings say why.
    Failed,
}

/// What became of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its name, a UUID.
    pub id: String,
    /// Where it stands.
    pub status: JobStatus,
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
}

impl Store {
    /// Records a job before its document is read, or its outcome when nothing was stored.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn put_job(&self, tenant: TenantId, job: &Job) -> Result<(), StoreError> {
        let tx = self.begin("job.put").await?;
        put(&tx, tenant, job).await?;
        tx.commit().await.map_err(StoreError::database("job.put"))
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

    /// Marks jobs that a stopped process left running as failed: none of their documents was stored, because a
    /// document and its job are committed together.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn fail_interrupted_jobs(&self, before: Timestamp) -> Result<u64, StoreError> {
        let finding = Finding {
            code: "CAPTURE-INTERRUPTED".into(),
            severity: epcis::Severity::Reject,
            at: epcis::Location::default(),
            message: "the gateway stopped before the document was stored".to_owned(),
            help: Some("send the document again".to_owned()),
            corrected: None,
        };
        let done = entity::job::Entity::update_many()
            .col_expr(entity::job::Column::Status, Expr::value("failed"))
            .col_expr(entity::job::Column::FinishedAt, Expr::value(micros(before)))
            .col_expr(entity::job::Column::Findings, Expr::value(findings_text(&[finding])))
            .filter(entity::job::Column::Status.eq("running"))
            .filter(entity::job::Column::CreatedAt.lt(micros(before)))
            .exec(&self.db)
            .await
            .map_err(StoreError::database("job.interrupted"))?;
        Ok(done.rows_affected)
    }
}

/// Writes a job inside a transaction, over an earlier state of it.
async fn put<C: ConnectionTrait>(tx: &C, tenant: TenantId, job: &Job) -> Result<(), StoreError> {
    entity::job::Entity::delete_by_id((tenant.0, job.id.clone()))
        .exec(tx)
        .await
        .map_err(StoreError::database("job.put"))?;
    let row = entity::job::Model {
        tenant: tenant.0,
        id: job.id.clone(),
        status: word(job.status).to_owned(),
        actor: job.actor.clone(),
        created_at: micros(job.created_at),
        finished_at: job.finished_at.map(micros),
        stored: count(job.stored),
        duplicates: count(job.duplicates),
        rejected: count(job.rejected),
        findings: findings_text(&job.findings),
    };
    insert_all::<entity::job::Entity, _, _>(tx, vec![row.into_active_model()], "job.put").await
}

/// Writes the outcome of a job in the transaction that stores its document.
pub(crate) async fn finish(tx: &mut Transaction, tenant: TenantId, job: &Job) -> Result<(), StoreError> {
    let sql = "UPDATE job SET status = $3, finished_at = $4, stored = $5, duplicates = $6, rejected = $7, findings = $8 \
               WHERE tenant = $1 AND id = $2";
    let args = vec![
        tenant.0.into(),
        Cell::from(job.id.as_str()).into(),
        Cell::from(word(job.status)).into(),
        Cell::Int(job.finished_at.map(micros)).into(),
        count(job.stored).into(),
        count(job.duplicates).into(),
        count(job.rejected).into(),
        Cell::Text(Some(findings_text(&job.findings))).into(),
    ];
    tx.execute("job.finish", sql.to_owned(), args).await?;
    Ok(())
}

fn word(status: JobStatus) -> &'static str {
    match status {
        JobStatus::Running => "running",
        JobStatus::Finished => "finished",
        JobStatus::Failed => "failed",
    }
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn findings_text(findings: &[Finding]) -> String {
    // Findings are strings and numbers with string keys: writing them into memory cannot fail.
    serde_json::to_string(findings).unwrap_or_default()
}

fn from_row(row: entity::job::Model) -> Result<Job, StoreError> {
    Ok(Job {
        status: match row.status.as_str() {
            "running" => JobStatus::Running,
            "finished" => JobStatus::Finished,
            "failed" => JobStatus::Failed,
            _ => return Err(StoreError::inconsistent("job", "status", row.status)),
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
    })
}
