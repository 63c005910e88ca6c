//! Wrong and hostile plans.

use cleave_tests::Fixture;

use super::{APP, complaint, none_of};

/// What stands after `version` and `package` in `split.toml`, and what is said.
const CASES: &[(&str, &str)] = &[
    ("=", "split.toml:3:1"),
    ("x = \"open", "split.toml:3:"),
    ("package = \"app\"", "split.toml:3:1"),
    ("crate = 1", "did you mean `crates`?"),
    ("[step]", "did you mean `steps`?"),
    ("crates = 1", "split.toml:3:"),
    ("crates = []", "`crates` is not a table"),
    ("crates.x = 1", "`crates.x` is not a table"),
    ("[crates.x]\nmodule = []", "did you mean `modules`?"),
    ("[crates.x]\nmodules = \"a\"", "split.toml:4:"),
    ("[crates.x]\nmodules = [1]", "split.toml:4:12"),
    ("[crates.x]\nmodules = [[\"a\"]]", "split.toml:4:12"),
    (
        "[crates.x]\nmodules = [\"a\"]",
        "run `plan`, which keeps what stands there",
    ),
    (
        "[crates.x]\nmodules = [\"\"]",
        "`` is no module or item path",
    ),
    (
        "[crates.x]\nmodules = [\"../a\"]",
        "`../a` is no module or item path",
    ),
    (
        "[crates.x]\nmodules = [\"..\"]",
        "`..` is no module or item path",
    ),
    (
        "[crates.x]\nmodules = [\"/etc/passwd\"]",
        "`/etc/passwd` is no module or item path",
    ),
    (
        "[crates.x]\nmodules = [\"a/b\"]",
        "`a/b` is no module or item path",
    ),
    (
        "[crates.x]\nmodules = ['a\\b']",
        "is no module or item path",
    ),
    (
        "[crates.x]\nmodules = ['C:\\x']",
        "is no module or item path",
    ),
    ("[crates.x]\nmodules = [\"a\\u0000\"]", "split.toml:4:"),
    ("[crates.x]\nmodules = [\"a\\nb\"]", "split.toml:4:"),
    (
        "[crates.x]\nmodules = [\"$(touch x)\"]",
        "`$(touch x)` is no module or item path",
    ),
    ("[crates.x]\nmodules = [\"`touch x`\"]", "split.toml:4:"),
    ("[crates.x]\nitems = [\"a::../../b\"]", "split.toml:4:"),
    ("[crates.x]\nitems = {}", "split.toml:4:"),
    ("[crates.x]\nitems = [true]", "split.toml:4:10"),
    ("[crates.x]\nrole = \"king\"", "`king` is no role"),
    ("[crates.x]\nrole = 1", "split.toml:4:8"),
    ("[crates.x]\ndepends-on = \"y\"", "split.toml:4:"),
    ("[crates.x]\ndepends-on = [1]", "split.toml:4:15"),
    ("[crates.x]\ndepends-on = [\"y\"]", "depends on `y`"),
    ("[crates.x]\ndepends-on = [\"x\"]", "depends on `x`"),
    (
        "[crates.x]\ndepends-on = [\"y\"]\n[crates.y]\ndepends-on = [\"x\"]",
        "depends on `y`",
    ),
    ("[crates.x]\n[crates.x]", "split.toml:4:"),
    ("[crates.app]", "a crate has the name of the package, `app`"),
    ("[crates.\"../x\"]", "`../x` is not a package name"),
    ("[crates.\"/x\"]", "`/x` is not a package name"),
    ("[crates.\"a b\"]", "`a b` is not a package name"),
    ("[crates.\"a/b\"]", "`a/b` is not a package name"),
    ("[crates.\"..\"]", "`..` is not a package name"),
    ("[crates.\"\"]", "`` is not a package name"),
    ("[crates.\"-x\"]", "`-x` is not a package name"),
    (
        "[crates.\"$(touch x)\"]",
        "`$(touch x)` is not a package name",
    ),
    (
        "[crates.\"x;touch y\"]",
        "`x;touch y` is not a package name",
    ),
    ("[crates.\"é\"]", "`é` is not a package name"),
    ("[crates.std]", "`std` is not a package name"),
    ("[crates.core]", "`core` is not a package name"),
    ("[crates.crate]", "`crate` is not a package name"),
    ("[crates.self]", "`self` is not a package name"),
    ("[crates.fn]", "`fn` is not a package name"),
    ("[crates.x-y]\n[crates.x_y]", "`x-y` and `x_y`"),
    ("[crates.xy]\n[crates.XY]", "`xy` and `XY`"),
    (
        "[crates.x]\nmodules = [\"a\"]\n[crates.y]\nmodules = [\"a\"]",
        "`a` stands in two places",
    ),
    (
        "[crates.x]\nitems = [\"a::f\", \"a::f\"]",
        "`a::f` stands in two places",
    ),
    ("steps = 1", "`steps` is not a list of tables"),
    ("[steps]\nto = \"x\"", "`steps` is not a list of tables"),
    ("[crates.x]\n[[steps]]\nto = \"y\"", "did you mean `x`?"),
    ("[crates.x]\n[[steps]]\nmoves = []", "no crate of this plan"),
    ("[crates.x]\n[[steps]]\nto = 1", "split.toml:5:6"),
    (
        "[crates.x]\n[[steps]]\nto = \"x\"\nmoves = \"a\"",
        "split.toml:6:",
    ),
    (
        "[crates.x]\n[[steps]]\nto = \"x\"\nmove = []",
        "did you mean `moves`?",
    ),
    (
        "[crates.x]\n[[steps]]\nto = \"x\"\nmoves = [\"../../etc\"]",
        "split.toml:6:",
    ),
    ("keep = \"a\"", "split.toml:3:"),
    ("keep = [1]", "split.toml:3:9"),
    ("keep = [\"/x\"]", "`/x` is no module or item path"),
];

/// A whole `split.toml`, and what is said.
const WHOLE: &[(&[u8], &str)] = &[
    (
        b"version = 1\n[[steps]]\nto = \"x\"\n",
        "`package` is missing",
    ),
    (b"version = 2\npackage = \"app\"\n", "split.toml:1:"),
    (b"version = \"1\"\npackage = \"app\"\n", "split.toml:1:"),
    (b"version = 1\npackage = 1\n", "split.toml:2:"),
    (b"version = 1\npackage = [\"app\"]\n", "split.toml:2:"),
    (
        b"version = 1\npackage = \"other\"\n",
        "it is for `other`, not for `app`",
    ),
    (b"\xff\xfe\x00", "split.toml"),
    (b"\x00", "split.toml:1:"),
];

#[test]
fn wrong_plans_are_refused() {
    let fixture = Fixture::new(APP);
    fixture.commit();
    let mut complaints = Vec::new();
    let mut check = |text: &[u8], says: &str| {
        std::fs::write(fixture.root.join("split.toml"), text).expect("a file");
        if let Some(what) = complaint(&fixture, &["--all"], says) {
            complaints.push(format!("{}\n{what}", String::from_utf8_lossy(text)));
        }
    };
    for (text, says) in CASES {
        check(
            format!("version = 1\npackage = \"app\"\n{text}\n").as_bytes(),
            says,
        );
    }
    for (text, says) in WHOLE {
        check(text, says);
    }
    // Too deep for a parser that recurses.
    check(
        format!("x = {}", "[".repeat(100_000)).as_bytes(),
        "split.toml:1:",
    );
    check("x".repeat(1_000_000).as_bytes(), "split.toml:1:");
    none_of(complaints);
}

#[test]
fn a_plan_that_is_a_folder_is_refused() {
    let fixture = Fixture::new("//- src/lib.rs\n\n//- split.toml/x\n");
    fixture.commit();
    none_of(complaint(&fixture, &["--all"], "split.toml"));
}
