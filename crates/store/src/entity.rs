//! The tables as SeaORM entities. Private: nothing outside `store` names a table.

#![allow(unreachable_pub, missing_docs, reason = "the derive makes public items; the module itself is private")]

macro_rules! entity {
    ($module:ident, $table:literal, { $($(#[$key:meta])? $field:ident: $type:ty),* $(,)? }) => {
        pub(crate) mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, DeriveEntityModel, PartialEq)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                $($(#[$key])? pub $field: $type,)*
            }

            #[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

entity!(tenant, "tenant", {
    #[sea_orm(primary_key, auto_increment = false)] id: i64,
    slug: String, name: String, secret: Vec<u8>,
});
entity!(sequence, "sequence", {
    #[sea_orm(primary_key, auto_increment = false)] tenant: i64,
    next_id: i64,
});
entity!(party, "party", {
    #[sea_orm(primary_key, auto_increment = false)] tenant: i64,
    #[sea_orm(primary_key, auto_increment = false)] id: i64,
    name: String, status: String, hosted: Option<i64>,
});
entity!(party_identifier, "party_identifier", {
    #[sea_orm(primary_key, auto_increment = false)] tenant: i64,
    #[sea_orm(primary_key, auto_increment = false)] identifier: String,
    party: Option<i64>,
});
entity!(issuer, "issuer", {
    #[sea_orm(primary_key, auto_increment = false)] tenant: i64,
    #[sea_orm(primary_key, auto_increment = false)] issuer: String,
    kind: String, subject: Option<i64>, roles: String, status: String, max_lifetime_seconds: i64,
});
entity!(issuer_key, "issuer_key", {
    #[sea_orm(primary_key, auto_increment = false)] tenant: i64,
    #[sea_orm(primary_key, auto_increment = false)] issuer: String,
    #[sea_orm(primary_key, auto_increment = false)] kid: String,
    alg: String, public_key: String, valid_from: i64, valid_to: Option<i64>,
});
entity!(job, "job", {
    #[sea_orm(primary_key, auto_increment = false)] tenant: i64,
    #[sea_orm(primary_key, auto_increment = false)] id: String,
    status: String, actor: String, created_at: i64, finished_at: Option<i64>,
    stored: i64, duplicates: i64, rejected: i64, findings: String, behaviour: String, findings_omitted: i64,
    worker: Option<String>, lease_until: Option<i64>,
});
entity!(item, "item", {
    #[sea_orm(primary_key, auto_increment = false)] tenant: i64,
    #[sea_orm(primary_key, auto_increment = false)] id: i64,
    uri: String,
});
entity!(event_end, "event_end", {
    #[sea_orm(primary_key, auto_increment = false)] tenant: i64,
    #[sea_orm(primary_key, auto_increment = false)] item: i64,
    #[sea_orm(primary_key, auto_increment = false)] event: i64,
    #[sea_orm(primary_key, auto_increment = false)] side: i16,
});
entity!(thing, "thing", {
    #[sea_orm(primary_key, auto_increment = false)] tenant: i64,
    #[sea_orm(primary_key, auto_increment = false)] id: i64,
    item: i64, kind: i16, source_kind: i16, tlc: Option<String>, source: Option<String>, reference: Option<String>,
});
entity!(thing_code, "thing_code", {
    #[sea_orm(primary_key, auto_increment = false)] tenant: i64,
    #[sea_orm(primary_key, auto_increment = false)] code: String,
    #[sea_orm(primary_key, auto_increment = false)] thing: i64,
});
entity!(process_side, "process_side", {
    #[sea_orm(primary_key, auto_increment = false)] tenant: i64,
    #[sea_orm(primary_key, auto_increment = false)] process: i64,
    #[sea_orm(primary_key, auto_increment = false)] side: i16,
    #[sea_orm(primary_key, auto_increment = false)] thing: i64,
    #[sea_orm(primary_key, auto_increment = false)] event: i64,
});
entity!(containment, "containment", {
    #[sea_orm(primary_key, auto_increment = false)] tenant: i64,
    #[sea_orm(primary_key, auto_increment = false)] parent: i64,
    #[sea_orm(primary_key, auto_increment = false)] event: i64,
    #[sea_orm(primary_key, auto_increment = false)] ordinal: i32,
    change: i16, child: Option<i64>, quantity: Option<String>, uom: Option<String>,
});
entity!(share_grant, "share_grant", {
    #[sea_orm(primary_key, auto_increment = false)] tenant: i64,
    #[sea_orm(primary_key, auto_increment = false)] id: i64,
    viewer: String, created_at: i64, revoked_at: Option<i64>, terms: String,
});
entity!(vis_lot, "vis_lot", {
    #[sea_orm(primary_key, auto_increment = false)] tenant: i64,
    #[sea_orm(primary_key, auto_increment = false)] viewer: String,
    #[sea_orm(primary_key, auto_increment = false)] thing: i64,
    profile: String, continuation: String, onward: String,
});
entity!(vis_code, "vis_code", {
    #[sea_orm(primary_key, auto_increment = false)] tenant: i64,
    #[sea_orm(primary_key, auto_increment = false)] viewer: String,
    #[sea_orm(primary_key, auto_increment = false)] code: String,
    #[sea_orm(primary_key, auto_increment = false)] thing: i64,
});
entity!(vis_event, "vis_event", {
    #[sea_orm(primary_key, auto_increment = false)] tenant: i64,
    #[sea_orm(primary_key, auto_increment = false)] viewer: String,
    #[sea_orm(primary_key, auto_increment = false)] sort_time: i64,
    #[sea_orm(primary_key, auto_increment = false)] r#ref: String,
    event: i64, profile: String, named: bool,
});
entity!(view_state, "view_state", {
    #[sea_orm(primary_key, auto_increment = false)] tenant: i64,
    #[sea_orm(primary_key, auto_increment = false)] viewer: String,
    epoch: i64, stale: bool, valid_until: Option<i64>,
});
