//! Numbers that name rows. They mean nothing outside one tenant and never leave the gateway.

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Deserialize, serde::Serialize)]
        pub struct $name(pub i64);
    };
}

id!(
    /// An organisation whose data this gateway holds.
    TenantId
);
id!(
    /// An organisation that a tenant knows; unique within the tenant.
    PartyId
);
id!(
    /// A lot, a logistic unit or an instance in a tenant's records; unique within the tenant.
    ThingId
);
id!(
    /// An event in a tenant's records; unique within the tenant.
    EventId
);
id!(
    /// A grant of a tenant; unique within the tenant.
    GrantId
);
