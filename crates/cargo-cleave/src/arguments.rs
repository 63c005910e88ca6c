//! The command line.

mod help;

use camino::Utf8PathBuf;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Split a Rust monolith into a workspace of crates, one verified step at a time.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "cargo cleave",
    version,
    after_help = help::COMMAND
)]
pub struct Arguments {
    /// What to do; with none: where the migration stands.
    #[command(subcommand)]
    pub verb: Option<Verb>,
    /// Which steps to carry out.
    #[command(flatten)]
    pub steps: Steps,
    /// What is the same everywhere.
    #[command(flatten)]
    pub common: Common,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Verb {
    /// Where the migration stands.
    Status,
    /// The dependency graph of today's source, and of the plan where there is one.
    #[command(after_long_help = help::GRAPH)]
    Graph {
        /// What are nodes.
        #[arg(long, value_enum, default_value_t = Level::Module)]
        level: Level,
        /// Into a file instead of standard output.
        #[arg(long)]
        output: Option<Utf8PathBuf>,
    },
    /// Proposes boundaries and writes split.toml; one that is there is kept.
    #[command(after_long_help = help::PLAN)]
    Plan(Planning),
    /// Takes back the last step; one that was committed is taken back by a further commit.
    Undo {
        /// Takes back all steps that were carried out here.
        #[arg(long)]
        all: bool,
    },
    /// Fails where today's source or manifests go against the plan's boundaries: for CI.
    #[command(after_long_help = help::CHECK)]
    Check {
        /// Lets through what `split-baseline.toml` knows, beside split.toml, and takes out of it what is mended.
        /// Where there is no such file yet, one is made of today's findings.
        #[arg(long)]
        baseline: bool,
        /// JSON or SARIF into a file; standard output then has the findings for people.
        #[arg(long, value_name = "FILE")]
        output: Option<Utf8PathBuf>,
    },
    /// Writes the page for reviewers.
    #[command(after_long_help = help::REVIEW)]
    Review {
        /// Where to.
        #[arg(long, default_value = "target/cleave/review.html")]
        output: Utf8PathBuf,
    },
    /// The page of a hazard row or of a finding: what, why, before and after, what to do; with none, the list of all.
    #[command(after_long_help = help::EXPLAIN)]
    Explain {
        /// A row (`A1`) or a word (`arrow`), as it stands in brackets behind `error` or `refused`.
        code: Option<String>,
    },
    /// Title and body of a step's pull request, in Markdown.
    #[command(after_long_help = help::PR)]
    Pr {
        /// The step's number.
        #[arg(value_name = "N")]
        number: usize,
    },
    /// Makes `cargo xtask split …`, and the guard in CI, work for everyone who clones the repository.
    #[command(after_long_help = help::INIT)]
    Init {
        /// Where others get cargo-cleave from: a git URL, or its folder. Default: where it was installed from.
        #[arg(long, value_name = "URL")]
        from: Option<String>,
        /// Shows what it would write, as a difference, and writes nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// The manual page, in roff.
    #[command(after_long_help = help::MAN)]
    Man,
    /// Completions for a shell.
    #[command(after_long_help = help::COMPLETIONS)]
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// What a plan is to be like.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct Planning {
    /// How many new crates.
    #[arg(long, value_parser = at_least_one)]
    pub crates: Option<usize>,
    /// What the crates' names start with.
    #[arg(long, value_parser = package_name)]
    pub name: Option<String>,
    /// Proposes anew and replaces the plan, but for its pins.
    #[arg(long)]
    pub anew: bool,
    /// Nails a module or item to a crate (or, by the package's name, to the root); may be repeated.
    #[arg(long, value_name = "PATH=CRATE")]
    pub pin: Vec<String>,
    /// Lifts public methods of a published library too, where one crate would hold most of it otherwise: who calls them
    /// from outside then has to import a trait.
    #[arg(long)]
    pub lift_public: bool,
    /// Writes nothing: shows what the pins or the number of crates would do to the plan, term by term; with neither,
    /// the cheapest changes.
    #[arg(long)]
    pub what_if: bool,
    /// Builds the package, beside your tree, and says which share of the time a split can save.
    #[arg(long, conflicts_with = "what_if")]
    pub timings: bool,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("a plan has at least one new crate".to_owned()),
        Ok(count) => Ok(count),
        Err(_) => Err("not a number of crates".to_owned()),
    }
}

fn package_name(text: &str) -> Result<String, String> {
    if cleave_plan::file::is_package_name(text) {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "`{text}` can't start a package name; use letters, digits, `-` and `_`"
        ))
    }
}

impl Verb {
    /// The word for it.
    pub fn name(&self) -> &'static str {
        match self {
            Verb::Status => "status",
            Verb::Graph { .. } => "graph",
            Verb::Plan(_) => "plan",
            Verb::Check { .. } => "check",
            Verb::Explain { .. } => "explain",
            Verb::Pr { .. } => "pr",
            Verb::Init { .. } => "init",
            Verb::Man => "man",
            Verb::Completions { .. } => "completions",
            Verb::Undo { .. } => "undo",
            Verb::Review { .. } => "review",
        }
    }
}

/// What are the nodes of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// Crates.
    Crate,
    /// Modules.
    Module,
    /// Items.
    Item,
}

/// Which steps, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct Steps {
    /// Carries out step N.
    #[arg(long, value_name = "N", group = "which")]
    pub step: Option<usize>,
    /// Carries out the next step.
    #[arg(long, group = "which")]
    pub next: bool,
    /// Carries out all steps up to N.
    #[arg(long, value_name = "N", group = "which")]
    pub to: Option<usize>,
    /// Carries out all steps.
    #[arg(long, group = "which")]
    pub all: bool,
    /// Prints the difference and changes nothing.
    #[arg(long, requires = "which")]
    pub dry_run: bool,
    /// How far to verify each step [default: check, and with --all test once at the end].
    #[arg(long, value_enum, requires = "which")]
    pub verify: Option<VerifyLevel>,
    /// Commits each step.
    #[arg(long, requires = "which")]
    pub commit: bool,
    /// Puts each step on a branch of its own, PREFIX-step-N, that begins at what is checked out; several are stacked.
    /// One that has only what an earlier run made is made again. Implies --commit.
    #[arg(long, value_name = "PREFIX", requires = "which")]
    pub branch: Option<String>,
    /// Works on a tree with changes that are not committed.
    #[arg(long)]
    pub allow_dirty: bool,
    /// Works without git.
    #[arg(long)]
    pub allow_no_git: bool,
}

impl Steps {
    /// Whether each step becomes a commit.
    pub fn commits(&self) -> bool {
        self.commit || self.branch.is_some()
    }

    /// Whether any step was asked for.
    pub fn is_any(&self) -> bool {
        self.step.is_some() || self.next || self.to.is_some() || self.all
    }
}

/// How far a step is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum VerifyLevel {
    /// Not at all.
    None,
    /// All targets compile; after the plan's last step each crate alone, too.
    Check,
    /// Also each crate alone, the feature sets that compiled before, and the same tests with the same results.
    Test,
}

/// What every verb takes.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Common {
    /// The package's manifest.
    #[arg(long, global = true, value_name = "PATH", default_value = "Cargo.toml")]
    pub manifest_path: Utf8PathBuf,
    /// The package, where the manifest is a workspace's.
    #[arg(long, short, global = true, value_name = "NAME")]
    pub package: Option<String>,
    /// How results are printed; `graph` knows more formats.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// No progress.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// More of what is found.
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Colours.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// Writes what was done as JSON.
    #[arg(long, global = true, value_name = "FILE")]
    pub report: Option<Utf8PathBuf>,
    /// Handed on to cargo.
    #[arg(long, global = true)]
    pub offline: bool,
    /// Handed on to cargo.
    #[arg(long, global = true)]
    pub locked: bool,
    /// Feature flags for verification, as cargo takes them; may be repeated.
    #[arg(long, global = true, value_name = "FEATURES")]
    pub features: Vec<String>,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For scripts.
    Json,
    /// Graphviz.
    Dot,
    /// Markdown's diagrams.
    Mermaid,
    /// A picture.
    Svg,
    /// A page.
    Html,
    /// SARIF 2.1.0, for code scanning; only `check` knows it.
    Sarif,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
