#![no_std]
extern crate alloc;
mod a;
pub use a::{A, b::{self, f as g}, *};
macro_rules! m { ($x:ident, $($t:tt)*) => { pub struct $x; $crate::a::b::f(); }; }
m!(Made, vec![1, 2]);
#[derive(Clone)] #[serde(with = "crate::a::b")] pub(in crate::x) enum E<'a, T: ?Sized> where T: 'a { A(&'a T), B { x: u8 } = 3 }
impl<'a, T> From<E<'a, T>> for a::A { fn from(_: E<'a, T>) -> Self { let _ = |x: u8| async move { x }; a::A } }
pub trait Tr { const N: usize; type O; fn f(u8, &self) -> Self::O; }
pub mod x { use super::super::nope; pub(super) static S: &str = include_str!("a.rs"); union U { a: u8 } }
unsafe extern "C" { fn c(x: i32, ...); }
