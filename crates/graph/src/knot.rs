//! What depends on itself in a circle.
