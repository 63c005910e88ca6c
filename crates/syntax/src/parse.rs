//! Parses one file with syn into plain values.
