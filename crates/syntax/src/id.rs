//! The places of things in the vectors of a [`Workspace`](crate::Workspace).

/// Makes a dense `u32` id that indexes a vector of one [`Workspace`](crate::Workspace).
macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The place in the vector that this id indexes.
            pub fn index(self) -> usize {
                self.0 as usize
            }

            /// The id of the place `index`.
            pub fn new(index: usize) -> Self {
                Self(u32::try_from(index).expect("fewer than four billion of anything"))
            }
        }
    };
}

id! {
    /// Indexes [`Workspace::packages`](crate::Workspace::packages).
    PackageId
}

id! {
    /// Indexes [`Workspace::crates`](crate::Workspace::crates).
    CrateId
}

id! {
    /// Indexes [`Workspace::modules`](crate::Workspace::modules).
    ModuleId
}

id! {
    /// Indexes [`Workspace::files`](crate::Workspace::files).
    FileId
}

id! {
    /// Indexes [`Workspace::items`](crate::Workspace::items).
    ItemId
}

id! {
    /// Indexes [`Workspace::leaves`](crate::Workspace::leaves).
    UseLeafId
}
