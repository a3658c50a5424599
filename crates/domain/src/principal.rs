//! Who asks.

use serde::{Deserialize, Serialize};

use crate::{GrantId, PartyId, TenantId};

/// What staff may do for their own organisation.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Read everything of the tenant.
    Read,
    /// Capture documents.
    Capture,
    /// Change registry and grants.
    Admin,
}

/// Whom an answer is computed for. Its view decides every byte of the answer.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Viewer {
    /// The tenant's own staff: everything of the tenant.
    Own,
    /// A trading partner.
    Party(PartyId),
    /// A regulator under a grant.
    Regulator(GrantId),
}

/// An authenticated caller of one tenant. Nothing downstream sees the token it came from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Principal {
    /// Whose data is asked for.
    pub tenant: TenantId,
    /// For whom the answer is.
    pub viewer: Viewer,
    /// Who acts, as the issuer names it (`sub`).
    pub actor: String,
    /// Staff roles; empty for partners and regulators.
    pub roles: Vec<Role>,
    /// Why it is asked.
    pub purpose: Purpose,
}

/// Why a question is asked: stated by the asker, matched against grants, logged.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// Ordinary tracing.
    #[default]
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
