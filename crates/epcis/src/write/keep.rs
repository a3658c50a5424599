//! Fields that the target cannot say as they are.

/// What goes into annotations of an event.
#[derive(Default)]
pub(super) struct Keep {
    /// Names of fields in the stored form of an event.
    fields: Vec<&'static str>,
    /// Members that are kept where they stand.
    members: Vec<String>,
}

impl Keep {
    /// Forgets the fields of the event before.
    pub(super) fn clear(&mut self) {
        self.fields.clear();
        self.members.clear();
    }

    /// Adds a field.
    pub(super) fn add(&mut self, field: &'static str) {
        if !self.fields.contains(&field) {
            self.fields.push(field);
        }
    }

    /// Adds a field unless it reads back as it is.
    pub(super) fn unless(&mut self, held: bool, field: &'static str) {
        if !held {
            self.add(field);
        }
    }

    /// The fields.
    pub(super) fn fields(&self) -> &[&'static str] {
        &self.fields
    }

    /// Adds a member that is kept where it stands; gives its number.
    pub(super) fn member(&mut self, name: &str) -> usize {
        self.members.push(name.to_owned());
        self.members.len()
    }

    /// The members that are kept where they stand.
    pub(super) fn members(&self) -> &[String] {
        &self.members
    }
}
