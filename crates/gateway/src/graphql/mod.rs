//! The GraphQL surfaces: one schema for the tenant's own staff, one for its partners.

mod balance;
mod endpoint;
mod error;
mod event;
mod grant;
mod job;
mod lookup;
mod lot;
mod outbreak;
mod page;
mod place;
mod plain;
mod scalar;
mod session;
mod shape;
mod sighting;
mod staff;
mod trace;

use async_graphql::{
    EmptyMutation, EmptySubscription, MergedObject, ObjectType, Schema, SchemaBuilder, connection::Connection,
};

pub(crate) use endpoint::{graphiql, partner, staff};

/// Everything that staff may ask.
#[derive(Default, MergedObject)]
#[graphql(name = "Query")]
pub(crate) struct StaffQuery(lookup::Lookups, lookup::StaffLots, staff::Staff, balance::Amounts, outbreak::Outbreak);

/// Everything that partners may ask. What you are not shown is answered like what is not there.
#[derive(Default, MergedObject)]
#[graphql(name = "Query")]
pub(crate) struct PartnerQuery(lookup::Lookups, lookup::PartnerLots);

/// The schema of the tenant's own staff.
pub(crate) type StaffSchema = Schema<StaffQuery, staff::Mutation, EmptySubscription>;
/// The schema of trading partners.
pub(crate) type PartnerSchema = Schema<PartnerQuery, EmptyMutation, EmptySubscription>;

/// Cost of a document: one for a field, in lists as often as the list may be long.
const MAX_COMPLEXITY: usize = 20_000;
/// Selection sets in selection sets.
const MAX_RECURSION: usize = 32;
/// Directives on one field.
const MAX_DIRECTIVES: usize = 4;

pub(crate) fn staff_schema() -> StaffSchema {
    bounded(Schema::build(StaffQuery::default(), staff::Mutation, EmptySubscription))
}

pub(crate) fn partner_schema() -> PartnerSchema {
    bounded(Schema::build(PartnerQuery::default(), EmptyMutation, EmptySubscription))
}

fn bounded<Q, M>(builder: SchemaBuilder<Q, M, EmptySubscription>) -> Schema<Q, M, EmptySubscription>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
{
    builder
        .override_output_type_description::<Connection<String, event::Event>>("A page of events.")
        .override_output_type_description::<Connection<String, lot::Lot>>("A page of lots.")
        .limit_complexity(MAX_COMPLEXITY)
        .limit_recursive_depth(MAX_RECURSION)
        .limit_directives(MAX_DIRECTIVES)
        .disable_suggestions()
        .finish()
}
