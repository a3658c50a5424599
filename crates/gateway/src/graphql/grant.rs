//! Parties and grants.

use std::collections::BTreeSet;

use app::{GrantTerms, GrantViewer};
use async_graphql::{ComplexObject, Context, Enum, Error, ID, InputObject, OneofObject, Result, SimpleObject};
use domain::{GrantId, PartyId, Selector, Viewer};

use super::{error::Code, scalar::DateTime, session::Session};

/// An organisation in your registry.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Party {
    /// Its name in your registry, good for `grantAdd`.
    id: ID,
    /// Its name for people.
    name: String,
    /// Whether this gateway holds its records too.
    hosted: bool,
}

impl From<&app::Party> for Party {
    fn from(party: &app::Party) -> Self {
        Self { id: ID::from(party.id.0), name: party.name.clone(), hosted: party.hosted.is_some() }
    }
}

/// How much of a visible thing is shown. Each level includes the ones before it.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
#[graphql(remote = "domain::Profile")]
pub(crate) enum Profile {
    /// Lot, GTIN, kind, day, source of the lot code, who asserts it.
    TraceMin,
    /// And business step, time, your own places, edges.
    Trace,
    /// And quantities, business documents and both parties, on events that name the viewer.
    Trade,
    /// The event itself.
    Full,
}

/// What the viewer learns where the history leaves your records.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
#[graphql(remote = "domain::Continuation")]
pub(crate) enum Continuation {
    /// Nothing.
    None,
    /// That it goes on, not where.
    Withheld,
    /// The next party, so that the viewer can ask it.
    Refer,
}

/// How far the viewer may pass on what it learns.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
#[graphql(remote = "domain::Onward")]
pub(crate) enum Onward {
    /// Not at all.
    None,
    /// To a regulator.
    Regulator,
    /// To its own direct partners.
    OneHop,
    /// Along the chain.
    Chain,
}

/// Why a question is asked.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
#[graphql(remote = "domain::Purpose")]
pub(crate) enum Purpose {
    /// Ordinary tracing.
    Trace,
    /// A recall.
    Recall,
    /// An audit.
    Audit,
    /// A quality question.
    Quality,
    /// A regulator's request.
    Regulatory,
}

/// An explicit permission, on top of the default rules.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Grant {
    /// Its name, good for `grantRevoke`.
    id: ID,
    /// Whether it is given to an officer of an authority rather than to a party.
    to_regulator: bool,
    /// Lots that it starts from, by identifier or code; an empty list does not restrict.
    lots: Vec<String>,
    /// GTINs that it starts from; an empty list does not restrict.
    gtins: Vec<String>,
    /// Places of events of the lots that it starts from; an empty list does not restrict.
    places: Vec<String>,
    /// It starts from lots with an event at this instant or later.
    since: Option<DateTime>,
    /// It starts from lots with an event before this instant.
    until: Option<DateTime>,
    /// How many derivations back it opens.
    hops_back: u32,
    /// How many derivations forward it opens.
    hops_forward: u32,
    /// How much is shown.
    profile: Profile,
    /// What is said where the history goes on elsewhere.
    continuation: Continuation,
    /// How far it may be passed on.
    onward: Onward,
    /// For which purposes; an empty list means any.
    purposes: Vec<Purpose>,
    /// Valid from.
    valid_from: DateTime,
    /// Valid until, exclusive.
    valid_to: Option<DateTime>,
    /// Why it was given.
    reason: String,
    /// Who approved it.
    approver: String,
    /// When it was revoked.
    revoked_at: Option<DateTime>,
    #[graphql(skip)]
    viewer: Viewer,
}

#[ComplexObject]
impl Grant {
    /// The party that it is given to; null for an officer of an authority.
    async fn party(&self, ctx: &Context<'_>) -> Result<Option<Party>> {
        let Viewer::Party(id) = self.viewer else { return Ok(None) };
        let parties = Session::of(ctx)?.parties().await?;
        Ok(parties.iter().find(|party| party.id == id).map(Party::from))
    }
}

impl From<domain::Grant> for Grant {
    fn from(grant: domain::Grant) -> Self {
        let selector = grant.selector;
        Self {
            id: ID::from(grant.id.0),
            to_regulator: matches!(grant.viewer, Viewer::Regulator(_)),
            lots: selector.lots.into_iter().collect(),
            gtins: selector.gtins.into_iter().collect(),
            places: selector.places.into_iter().collect(),
            since: selector.since.map(DateTime),
            until: selector.until.map(DateTime),
            hops_back: grant.hops_back,
            hops_forward: grant.hops_forward,
            profile: grant.profile.into(),
            continuation: grant.continuation.into(),
            onward: grant.onward.into(),
            purposes: grant.purposes.into_iter().map(Purpose::from).collect(),
            valid_from: DateTime(grant.valid_from),
            valid_to: grant.valid_to.map(DateTime),
            reason: grant.reason,
            approver: grant.approver,
            revoked_at: grant.revoked_at.map(DateTime),
            viewer: grant.viewer,
        }
    }
}

/// An officer of an authority.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct OfficerInput {
    /// The registered issuer of the authority's tokens.
    issuer: String,
    /// The officer, as the issuer names it.
    officer: String,
}

/// To whom a grant is given.
#[derive(Clone, Debug, OneofObject)]
pub(crate) enum GrantViewerInput {
    /// A party in your registry.
    Party(ID),
    /// An officer of an authority.
    Officer(OfficerInput),
}

/// The terms of a new grant.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct GrantInput {
    /// To whom it is given.
    viewer: GrantViewerInput,
    /// Lots that it starts from, by identifier or code; an empty list does not restrict.
    #[graphql(default, validator(max_items = 1000))]
    lots: Vec<String>,
    /// GTINs that it starts from; an empty list does not restrict.
    #[graphql(default, validator(max_items = 1000))]
    gtins: Vec<String>,
    /// Places of events of the lots that it starts from; an empty list does not restrict.
    #[graphql(default, validator(max_items = 1000))]
    places: Vec<String>,
    /// It starts from lots with an event at this instant or later.
    since: Option<DateTime>,
    /// It starts from lots with an event before this instant.
    until: Option<DateTime>,
    /// How many derivations back it opens, up to 100.
    hops_back: u32,
    /// How many derivations forward it opens, up to 100.
    hops_forward: u32,
    /// How much is shown.
    profile: Profile,
    /// What is said where the history goes on elsewhere.
    #[graphql(default_with = "Continuation::None")]
    continuation: Continuation,
    /// How far it may be passed on.
    #[graphql(default_with = "Onward::None")]
    onward: Onward,
    /// For which purposes; an empty list means any.
    #[graphql(default, validator(max_items = 5))]
    purposes: Vec<Purpose>,
    /// Valid from; now when it is not given.
    valid_from: Option<DateTime>,
    /// Valid until, exclusive.
    valid_to: Option<DateTime>,
    /// Why it is given.
    reason: String,
    /// Who approved it.
    approver: String,
}

impl TryFrom<GrantInput> for GrantTerms {
    type Error = Error;

    fn try_from(input: GrantInput) -> Result<Self> {
        let viewer = match input.viewer {
            GrantViewerInput::Party(id) => GrantViewer::Party(PartyId(number(&id)?)),
            GrantViewerInput::Officer(OfficerInput { issuer, officer }) => GrantViewer::Regulator { issuer, officer },
        };
        Ok(Self {
            viewer,
            selector: Selector {
                lots: input.lots.into_iter().collect(),
                gtins: input.gtins.into_iter().collect(),
                places: input.places.into_iter().collect(),
                since: input.since.map(|since| since.0),
                until: input.until.map(|until| until.0),
            },
            hops_back: input.hops_back,
            hops_forward: input.hops_forward,
            profile: input.profile.into(),
            continuation: input.continuation.into(),
            onward: input.onward.into(),
            purposes: input.purposes.into_iter().map(domain::Purpose::from).collect::<BTreeSet<_>>(),
            valid_from: input.valid_from.map(|from| from.0),
            valid_to: input.valid_to.map(|to| to.0),
            reason: input.reason,
            approver: input.approver,
        })
    }
}

/// The grant that a name of an answer means.
pub(crate) fn grant_id(id: &ID) -> Result<GrantId> {
    number(id).map(GrantId)
}

fn number(id: &ID) -> Result<i64> {
    id.parse().map_err(|_| Code::BadRequest.error(format!("`{}` is no id that this gateway gave", id.as_str())))
}

/// The outcome of `grantRevoke`.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct GrantRevokePayload {
    /// Whether there was such a grant. Nothing that it opened is shown from now on.
    pub(crate) revoked: bool,
}
