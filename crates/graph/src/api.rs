//! What can be named from outside the package.
