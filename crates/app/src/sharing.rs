//! Giving and revoking grants.

use std::collections::BTreeSet;

use domain::{Continuation, Grant, GrantId, Onward, PartyId, Profile, Purpose, Role, Selector, Tlc};
use gs1::Identifier;
use jiff::Timestamp;
use store::{NewGrant, NewViewer, Party, StoreError};

use crate::{App, AppError, Caller};

/// To whom a grant is given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum GrantViewer {
    /// A registered party.
    Party(PartyId),
    /// An officer of an authority.
    Regulator {
        /// The registered issuer of the authority.
        issuer: String,
        /// The officer, as the issuer names it.
        officer: String,
    },
}

/// The terms of a grant to be given.
#[derive(Clone, Debug)]
pub struct GrantTerms {
    /// Who may see.
    pub viewer: GrantViewer,
    /// From which lots.
    pub selector: Selector,
    /// How many derivations back.
    pub hops_back: u32,
    /// How many derivations forward.
    pub hops_forward: u32,
    /// How much of each.
    pub profile: Profile,
    /// What is said where the history goes on elsewhere.
    pub continuation: Continuation,
    /// How far it may be passed on.
    pub onward: Onward,
    /// For which purposes; empty means any.
    pub purposes: BTreeSet<Purpose>,
    /// Valid from; `None` for now.
    pub valid_from: Option<Timestamp>,
    /// Valid until, exclusive.
    pub valid_to: Option<Timestamp>,
    /// Why it is given.
    pub reason: String,
    /// Who approved it.
    pub approver: String,
}

/// Derivations that one grant may open at most.
const MAX_HOPS: u32 = 100;

impl Caller {
    /// All grants of the tenant, oldest first.
    ///
    /// # Errors
    /// [`AppError`].
    pub async fn grants(&self) -> Result<Vec<Grant>, AppError> {
        self.require(Role::Read)?;
        Ok(self.app.store().grants(self.tenant.id).await?)
    }

    /// Gives a grant.
    ///
    /// # Errors
    /// [`AppError::BadRequest`] with what is missing or cannot be.
    pub async fn add_grant(&self, terms: &GrantTerms) -> Result<Grant, AppError> {
        self.require(Role::Admin)?;
        self.app.add_grant(self.tenant.id, terms).await
    }

    /// Revokes a grant. Nothing it opened is shown after this returns. `false` when there is no such grant.
    ///
    /// # Errors
    /// [`AppError`].
    pub async fn revoke_grant(&self, id: GrantId) -> Result<bool, AppError> {
        self.require(Role::Admin)?;
        Ok(self.app.store().revoke_grant(self.tenant.id, id, self.app.now()).await?)
    }

    /// The parties that the tenant knows.
    ///
    /// # Errors
    /// [`AppError`].
    pub async fn parties(&self) -> Result<Vec<Party>, AppError> {
        self.require(Role::Read)?;
        Ok(self.app.store().parties(self.tenant.id).await?)
    }
}

impl App {
    /// Gives a grant for a tenant: for the command line, where there is no caller.
    ///
    /// # Errors
    /// [`AppError::BadRequest`] with what is missing or cannot be.
    pub async fn add_grant(&self, tenant: domain::TenantId, terms: &GrantTerms) -> Result<Grant, AppError> {
        let now = self.now();
        let valid_from = terms.valid_from.unwrap_or(now);
        let bad = |text: &str| Err(AppError::BadRequest(text.to_owned()));
        if terms.reason.trim().is_empty() || terms.approver.trim().is_empty() {
            return bad("a grant needs a reason and an approver");
        }
        if terms.valid_to.is_some_and(|to| to <= valid_from) {
            return bad("the grant would end before it begins");
        }
        if terms.hops_back.max(terms.hops_forward) > MAX_HOPS {
            return bad("a grant opens 100 derivations at most");
        }
        let new = NewGrant {
            viewer: match &terms.viewer {
                GrantViewer::Party(party) => NewViewer::Party(*party),
                GrantViewer::Regulator { issuer, officer } => {
                    NewViewer::Regulator { issuer: issuer.clone(), officer: officer.clone() }
                }
            },
            selector: canonical(&terms.selector),
            hops_back: terms.hops_back,
            hops_forward: terms.hops_forward,
            profile: terms.profile,
            continuation: terms.continuation,
            onward: terms.onward,
            purposes: terms.purposes.clone(),
            valid_from,
            valid_to: terms.valid_to,
            reason: terms.reason.clone(),
            approver: terms.approver.clone(),
        };
        match self.store().add_grant(tenant, &new, now).await {
            Err(StoreError::NotRegistered(who)) => Err(AppError::BadRequest(format!("{who} is not registered"))),
            other => Ok(other?),
        }
    }
}

/// A selector in the spelling that facts are kept in.
fn canonical(selector: &Selector) -> Selector {
    let uri = |text: &String| {
        if text.contains(':') {
            Identifier::new(text.as_str()).canonical()
        } else {
            String::from(Tlc::from(text.as_str()))
        }
    };
    Selector {
        lots: selector.lots.iter().map(uri).collect(),
        gtins: selector.gtins.iter().map(|gtin| format!("{gtin:0>14}")).collect(),
        places: selector.places.iter().map(uri).collect(),
        since: selector.since,
        until: selector.until,
    }
}
