//! What only the tenant's own staff may ask and do.

use std::sync::Arc;

use app::CaptureOptions;
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};

use super::{
    error::{from_app, from_capture, internal},
    grant::{Grant, GrantInput, GrantRevokePayload, Party, grant_id},
    job::{CapturePayload, ErrorBehaviour, Job, MediaType},
    place::Place,
    session::Session,
};
use crate::operations;

/// What staff may do.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
#[graphql(remote = "domain::Role")]
pub(crate) enum Role {
    /// Read everything of the organisation.
    Read,
    /// Capture documents.
    Capture,
    /// Change registry and grants.
    Admin,
}

/// Who you are to this gateway.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Me {
    /// You, as the issuer of your token names you.
    actor: String,
    /// The organisation whose records you see.
    organisation: String,
    /// What your token allows.
    roles: Vec<Role>,
}

/// What should be on hand of a lot at a place.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Stock {
    /// The place.
    place: Place,
    /// Produced and received, less consumed, shipped and destroyed; negative where more left than came.
    amount: String,
    /// Unit of measure, as a code where it is a known one; different units are never added up.
    uom: Option<String>,
}

/// Questions about the organisation's own work.
#[derive(Default)]
pub(crate) struct Staff;

#[Object]
impl Staff {
    /// Who you are to this gateway.
    #[expect(clippy::unused_async, reason = "the library wants every field with arguments to be asynchronous")]
    async fn me(&self, ctx: &Context<'_>) -> Result<Me> {
        let caller = &Session::of(ctx)?.caller;
        let principal = caller.principal();
        Ok(Me {
            actor: principal.actor.clone(),
            organisation: caller.tenant_name().to_owned(),
            roles: principal.roles.iter().copied().map(Role::from).collect(),
        })
    }

    /// What became of a document. Null when there is no such job.
    async fn capture_job(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The job, as an earlier answer named it.")] id: ID,
    ) -> Result<Option<Job>> {
        let job = Session::of(ctx)?.caller.job(&id).await.map_err(|error| from_app(&error))?;
        Ok(job.map(Job::from))
    }

    /// What became of the latest documents, newest first.
    #[graphql(complexity = "1 + usize::from(first) * child_complexity")]
    async fn capture_jobs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, up to 100.", default = 20, validator(minimum = 1, maximum = 100))] first: u16,
    ) -> Result<Vec<Job>> {
        let jobs = Session::of(ctx)?.caller.jobs(first).await.map_err(|error| from_app(&error))?;
        Ok(jobs.into_iter().map(Job::from).collect())
    }

    /// What should be on hand of a lot at each of your places, from your own records. Null when there is no such lot.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    async fn stock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A name of an answer, a lot code, or an identifier in any spelling.")] lot: String,
    ) -> Result<Option<Vec<Stock>>> {
        let balances = Session::of(ctx)?.caller.stock(&lot).await.map_err(|error| from_app(&error))?;
        let stock = |balance: lineage::Balance| Stock {
            place: Place { id: balance.place },
            amount: balance.amount.to_string(),
            uom: balance.uom,
        };
        Ok(balances.map(|balances| balances.into_iter().map(stock).collect()))
    }

    /// The grants of your organisation, newest first, those that no longer hold included.
    #[graphql(complexity = "1 + usize::from(first) / 10 * child_complexity")]
    async fn grants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, up to 1,000.", default = 100, validator(minimum = 1, maximum = 1000))] first: u16,
    ) -> Result<Vec<Grant>> {
        let grants = Session::of(ctx)?.caller.grants().await.map_err(|error| from_app(&error))?;
        Ok(grants.into_iter().rev().take(usize::from(first)).map(Grant::from).collect())
    }

    /// The organisations in your registry.
    #[graphql(complexity = "1 + usize::from(first) / 10 * child_complexity")]
    async fn parties(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, up to 1,000.", default = 1000, validator(minimum = 1, maximum = 1000))] first: u16,
    ) -> Result<Vec<Party>> {
        let parties = Session::of(ctx)?.parties().await?;
        Ok(parties.iter().take(usize::from(first)).map(Party::from).collect())
    }
}

/// What staff may do.
pub(crate) struct Mutation;

/// What staff may do, within the roles of the token.
#[Object]
impl Mutation {
    /// Captures an EPCIS document: all of it, or, if anything in it is rejected, nothing; with `PROCEED` every good event
    /// of it. When this answers `CAPTURED` every event is on disk. Sending the same document again changes nothing.
    async fn capture(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The document. Documents beyond the size of a request go to `POST /epcis/capture`.")]
        document: String,
        #[graphql(desc = "Its syntax.")] media_type: MediaType,
        #[graphql(desc = "What a bad event means for the good ones.", default_with = "ErrorBehaviour::Rollback")]
        error_behaviour: ErrorBehaviour,
    ) -> Result<CapturePayload> {
        let caller = Arc::clone(&Session::of(ctx)?.caller);
        // On a task of its own: a client that hangs up must not leave a capture half-way.
        let options = CaptureOptions { binding: media_type.into(), behaviour: error_behaviour.into() };
        let capture = tokio::spawn(async move { caller.capture(document.as_bytes(), options).await });
        let job = capture.await.map_err(|error| internal(&error))?;
        let job = job.map_err(|error| from_capture(&error))?;
        operations::count_capture(&job);
        Ok(CapturePayload::from(job))
    }

    /// Gives a grant.
    async fn grant_add(&self, ctx: &Context<'_>, #[graphql(desc = "Its terms.")] input: GrantInput) -> Result<Grant> {
        let terms = input.try_into()?;
        let grant = Session::of(ctx)?.caller.add_grant(&terms).await.map_err(|error| from_app(&error))?;
        Ok(Grant::from(grant))
    }

    /// Revokes a grant. Nothing that it opened is shown after this answers.
    async fn grant_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The grant, as an earlier answer named it.")] id: ID,
    ) -> Result<GrantRevokePayload> {
        let id = grant_id(&id)?;
        let revoked = Session::of(ctx)?.caller.revoke_grant(id).await.map_err(|error| from_app(&error))?;
        Ok(GrantRevokePayload { revoked })
    }
}
