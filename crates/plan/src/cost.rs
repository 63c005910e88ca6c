//! What a plan costs.
