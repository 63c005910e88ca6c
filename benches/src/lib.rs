//! Monoliths of any size, generated: the same size gives the same bytes.
//!
//! # What
//! [`write()`] makes a package with about as many lines as asked for. Its shape is that of applications: a few hundred
//! lines a file, ten to twenty files an area, types with methods, conversions between types, `use` trees, re-exports,
//! a prelude of globs, macro calls, unit tests, and references that lead to near modules more often than to far ones.
//!
//! # What not
//! It need not compile: nobody but the parser and the resolver reads it. Every path resolves, though.

mod module;

use std::fmt::Write as _;
use std::io;

use camino::Utf8Path;

/// Modules in an area.
const AREA: usize = 16;

/// Writes a package into a folder that is there; returns its lines.
pub fn write(folder: &Utf8Path, lines: usize) -> io::Result<usize> {
    let source = folder.join("src");
    std::fs::create_dir_all(&source)?;
    std::fs::write(
        folder.join("Cargo.toml"),
        "[package]\nname = \"generated\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[workspace]\n",
    )?;
    let mut written = 0;
    let each = module::text(0, AREA).lines().count();
    let modules = (lines / each).max(AREA).next_multiple_of(AREA);
    let mut root = String::from("//! A generated monolith.\n\npub mod prelude;\n");
    let mut prelude = String::from("//! What everybody imports.\n\n");
    for area in 0..modules / AREA {
        let _ = writeln!(root, "pub mod area_{area};");
        let _ = writeln!(prelude, "pub use crate::area_{area}::Settings{area};");
        let inside = source.join(format!("area_{area}"));
        std::fs::create_dir_all(&inside)?;
        let text = module::area(area, AREA);
        written += text.lines().count();
        std::fs::write(source.join(format!("area_{area}.rs")), text)?;
        for index in area * AREA..(area + 1) * AREA {
            let text = module::text(index, modules);
            written += text.lines().count();
            std::fs::write(inside.join(format!("part_{index}.rs")), text)?;
        }
    }
    written += root.lines().count() + prelude.lines().count();
    std::fs::write(source.join("lib.rs"), root)?;
    std::fs::write(source.join("prelude.rs"), prelude)?;
    Ok(written)
}
