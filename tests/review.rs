//! The review page: what stands in it, and what a reviewer can do with it in a browser.

use camino::Utf8PathBuf;
use cleave_tests::Fixture;

use crate::browser::Browser;
use crate::cleave;

/// Three crates: `low` at the bottom, `left` and `right` beside each other on it.
const PLANNED: &str = "\
//- src/lib.rs
//! An app.

pub mod base;
pub mod left;
pub mod right;
mod tool;

/// Runs.
pub fn run() -> u32 {
    left::start() + right::work()
}
//- src/base.rs
pub(crate) struct Value(pub(crate) u32);

impl Value {
    pub(crate) fn new(value: u32) -> Self {
        Value(crate::tool::double(value))
    }
}
//- src/tool.rs
pub(crate) fn double(value: u32) -> u32 {
    value * 2
}

pub(crate) fn only_left(value: u32) -> u32 {
    value
}
//- src/left.rs
use crate::base::Value;

pub fn start() -> u32 {
    crate::tool::only_left(Value::new(1).0)
}

/// What `right` needs.
pub(crate) const SHARED: u32 = 4;
//- src/right.rs
use crate::base::Value;

pub fn work() -> u32 {
    Value::new(crate::left::SHARED).0
}
//- split.toml
version = 1
package = \"app\"

[crates.app-low]
role = \"shared\"
modules = [\"base\", \"tool\"]
items = [\"left::SHARED\"]
depends-on = []

[crates.app-left]
role = \"part\"
modules = [\"left\"]
depends-on = [\"app-low\"]

[crates.app-right]
role = \"part\"
modules = [\"right\"]
depends-on = [\"app-low\"]

[[steps]]
to = \"app-low\"
moves = [\"base\", \"tool\", \"left::SHARED\"]

[[steps]]
to = \"app-left\"
moves = [\"left\"]

[[steps]]
to = \"app-right\"
moves = [\"right\"]
";

/// Writes the page of a package; returns where it lies.
fn review(fixture: &Fixture) -> Utf8PathBuf {
    let (status, text) = cleave(fixture, &["review", "--output", "review.html"]);
    assert_eq!(status, 0, "{text}");
    fixture.root.join("review.html")
}

/// A browser on the page of a package, where there is a browser.
fn opened(fixture: &Fixture) -> Option<Browser> {
    let mut browser = Browser::start()?;
    browser.open(&review(fixture), 1280, "light");
    Some(browser)
}

/// The data that the page has of an item: its column in one view.
fn home(browser: &mut Browser, item: &str) -> String {
    let script = format!(
        "(() => {{
            const data = JSON.parse(document.getElementById('data').textContent);
            const at = data.items.label.indexOf({item:?});
            return data.crates[data.planned.home[at]].name;
        }})()"
    );
    browser
        .value(&script)
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn the_page_is_the_same_each_time_and_loads_nothing() {
    let fixture = Fixture::new(PLANNED);
    review(&fixture);
    let first = fixture.read("review.html");
    review(&fixture);
    assert!(first == fixture.read("review.html"), "the bytes differ");
    assert!(first.contains("default-src 'none'"));
    for word in ["http://", "https://", "src=", "@import", "url("] {
        let found = first.replace("http://www.w3.org/2000/svg", "");
        assert!(
            !found.contains(&format!("=\"{word}")) || word == "src=",
            "{word}"
        );
        assert!(
            word == "http://" || !found.contains(word) || word == "url(",
            "{word}"
        );
    }
}

#[test]
fn an_item_that_leaves_its_module_has_its_reason() {
    let fixture = Fixture::new(PLANNED);
    review(&fixture);
    let page = fixture.read("review.html");
    assert_eq!(
        rows(&page, "moves"),
        [
            "left::SHARED app-left → app-low right::work in app-right needs it, and can&#x27;t see app-left the code"
        ]
    );
    let widened = rows(&page, "public");
    let names: Vec<&str> = widened
        .iter()
        .map(|row| row.split(" pub").next().unwrap_or_default())
        .collect();
    assert_eq!(
        names,
        [
            "base::Value",
            "base::Value::new",
            "left::SHARED",
            "tool::only_left",
            "mod tool private app-low app-left 1",
        ]
    );
}

/// The rows of a section's table, as text.
fn rows(page: &str, section: &str) -> Vec<String> {
    let rows = page
        .lines()
        .skip_while(|line| !line.contains(&format!("id=\"{section}\"")))
        .take_while(|line| !line.contains("</section>"))
        .filter(|line| line.contains("<th scope=\"row\">"));
    rows.map(|line| {
        let text: Vec<&str> = line.split(['<', '>']).step_by(2).collect();
        let words: Vec<&str> = text.iter().map(|part| part.trim()).collect();
        words
            .join(" ")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    })
    .collect()
}

#[test]
fn every_kind_of_reason_is_told() {
    let fixture = Fixture::new(
        "\
//- src/lib.rs
pub mod low;
pub mod high;
//- src/low.rs
pub struct Type;
pub trait Show {}
pub fn stays() {}
pub fn also_stays() {}

pub fn climbs() {
    crate::high::top();
}

pub fn chosen() {}
//- src/high.rs
pub fn top() {}
pub fn more() {}
pub fn and_more() {}
pub struct Upper;
pub struct Sinks;

impl crate::low::Show for Upper {}

impl crate::low::Show for Sinks {}

impl From<Sinks> for crate::low::Type {
    fn from(_: Sinks) -> Self {
        crate::low::Type
    }
}
//- split.toml
version = 1
package = \"app\"

[crates.app-low]
role = \"shared\"
modules = [\"low\"]
items = [\"high::Sinks\"]
depends-on = []

[crates.app-high]
role = \"part\"
modules = [\"high\"]
items = [\"low::climbs\", \"low::chosen\"]
depends-on = [\"app-low\"]
",
    );
    review(&fixture);
    let page = fixture.read("review.html");
    assert_eq!(
        rows(&page, "moves"),
        [
            "low::climbs app-low → app-high It needs high::top in app-high , which app-low can&#x27;t see the code",
            "low::chosen app-low → app-high Nothing forces it: split.toml lists it by name",
            "high::Sinks app-high → app-low high::impl crate::low::Show for Sinks and one other in app-low need it, and can&#x27;t see app-high the code",
            "high::impl crate::low::Show for Sinks app-high → app-low An impl stands in the crate of its type or trait: it goes with high::Sinks the code",
            "high::impl From&lt;Sinks&gt; for crate::low::Type app-high → app-low An impl stands in the crate of its type or trait: it goes with low::Type the code",
        ]
    );
}

#[test]
fn knots_come_with_what_would_open_them() {
    let fixture = Fixture::new(
        "\
//- src/lib.rs
pub mod a;
pub mod b;
//- src/a.rs
pub fn f() { crate::b::g() }
pub fn low() {}
//- src/b.rs
pub fn g() { crate::a::low() }
",
    );
    review(&fixture);
    let page = fixture.read("review.html");
    let knots = page.split("id=\"knots\"").nth(1).unwrap_or_default();
    assert!(knots.contains("2 modules need each other in a circle."));
    assert!(knots.contains("What would open it"));
    assert!(knots.contains("src&#x2f;b.rs:1"), "no place of a link");
    assert!(knots.contains("There is no circle at this level."));
}

#[test]
fn there_need_not_be_a_plan() {
    let fixture = Fixture::new("//- src/lib.rs\npub fn f() {}\n");
    let Some(mut browser) = opened(&fixture) else {
        return;
    };
    assert_eq!(browser.count(".pane"), 2);
    assert_eq!(browser.complaints, [""; 0]);
}

#[test]
fn boxes_open_by_click_and_arrows_show_their_code() {
    let Some(mut browser) = opened(&Fixture::new(PLANNED)) else {
        return;
    };
    assert_eq!(browser.count("[data-name=planned] .box"), 4);
    browser.click("[data-name=planned] [data-id='c0']");
    assert_eq!(browser.count("[data-name=planned] .box.module"), 3);
    browser.click("[data-name=planned] [data-id='m0|tool']");
    assert_eq!(browser.count("[data-name=planned] .box.item"), 2);
    browser.click("[data-name=planned] [data-key='c2>m0|base'] ");
    let text = browser.text("#panel");
    assert!(text.contains("src/right.rs:4"), "{text}");
    assert!(text.contains("Value::new(crate::left::SHARED).0"), "{text}");
    browser.click("[data-name=planned] [data-id='m0|tool']");
    assert_eq!(browser.count("[data-name=planned] .box.item"), 0);
    assert_eq!(browser.complaints, [""; 0]);
}

#[test]
fn what_a_move_costs_is_shown_and_its_pin_does_it() {
    let fixture = Fixture::new(PLANNED);
    let Some(mut browser) = opened(&fixture) else {
        return;
    };
    assert_eq!(home(&mut browser, "only_left"), "app-low");
    for id in ["c0", "m0|tool"] {
        browser.click(&format!("[data-name=planned] [data-id='{id}']"));
    }
    let item = browser.value(
        "document.querySelector('[data-name=planned] [aria-label^=\"item tool::only_left\"]').dataset.id",
    );
    let item = item.as_str().expect("an id").to_owned();
    browser.drag(
        &format!("[data-name=planned] [data-id='{item}']"),
        "[data-name=planned] [data-id='c1']",
    );
    assert_eq!(browser.text("[data-term=crossing] td:last-child"), "−1");
    // What the page's script works out for the plan is what its text says.
    let told = browser.text("#crates .heading b");
    assert_eq!(browser.text("[data-term=rebuild] td"), told);
    assert!(browser.text(".verdict").contains("No circle"));
    let pins = browser.text("#pins");
    assert!(pins.contains("items = [\"tool::only_left\"]"), "{pins}");
    paste(&fixture, &pins);
    browser.open(&review(&fixture), 1280, "light");
    assert_eq!(home(&mut browser, "only_left"), "app-left");
    assert_eq!(browser.complaints, [""; 0]);
}

#[test]
fn a_move_that_makes_a_circle_says_so_and_what_would_sink() {
    let fixture = Fixture::new(PLANNED);
    let Some(mut browser) = opened(&fixture) else {
        return;
    };
    browser.click("[data-name=planned] [data-id='c0']");
    browser.drag(
        "[data-name=planned] [data-id='m0|tool']",
        "[data-name=planned] [data-id='c2']",
    );
    assert!(browser.text(".verdict").contains("It makes a circle"));
    let text = browser.text(".sinking");
    assert!(text.contains("tool::double → app-low"), "{text}");
    assert!(text.contains("tool::only_left → app-low"), "{text}");
    // The planner is of the same mind.
    let pins = browser.text("#pins");
    paste(&fixture, &pins);
    browser.open(&review(&fixture), 1280, "light");
    assert_eq!(home(&mut browser, "double"), "app-low");
    assert_eq!(home(&mut browser, "only_left"), "app-low");
}

/// Puts tables in place of those of the same name.
fn paste(fixture: &Fixture, pins: &str) {
    let mut text = fixture.read("split.toml");
    for part in pins.split("\n\n") {
        let head = part.lines().next().unwrap_or_default();
        let start = text.find(head).expect("the table is there");
        let end = text[start + 1..]
            .find("\n[")
            .map_or(text.len(), |end| start + 1 + end);
        text.replace_range(start..end, &format!("{part}\n"));
    }
    std::fs::write(fixture.root.join("split.toml"), text).expect("a file");
}

#[test]
fn keys_do_what_the_pointer_does() {
    let Some(mut browser) = opened(&Fixture::new(PLANNED)) else {
        return;
    };
    browser.value("document.querySelector('[data-name=planned] .box[tabindex=\"0\"]').focus()");
    let focus = "document.activeElement.dataset.id ?? document.activeElement.id";
    let top = browser.value(focus);
    browser.press("ArrowDown");
    assert_ne!(browser.value(focus), top);
    browser.value("document.querySelector('[data-name=planned] [data-id=c0]').focus()");
    browser.press("Enter");
    assert_eq!(browser.count("[data-name=planned] .box.module"), 3);
    assert!(browser.text("#panel").contains("app-low"));
    browser.press("Escape");
    browser.press("/");
    assert_eq!(browser.value(focus), "search");
    browser.write("only_l");
    browser.press("Enter");
    assert!(browser.text("#panel h4").contains("tool::only_left"));
    assert_eq!(browser.count("[data-name=today] .box.selected"), 1);
    browser.value("document.querySelector('[data-name=planned] .selected').focus()");
    browser.press("m");
    assert_eq!(browser.value(focus), "move-to");
    assert_eq!(browser.complaints, [""; 0]);
}

#[test]
fn the_matrix_has_what_needs_nothing_first() {
    let Some(mut browser) = opened(&Fixture::new(PLANNED)) else {
        return;
    };
    browser.click("[data-pane=matrix]");
    let rows = browser.value("[...document.querySelectorAll('.matrix .row')].map((row) => row.textContent.split(' ')[0])");
    assert_eq!(rows[0], "app-low");
    assert_eq!(rows[3], "app");
    assert_eq!(browser.count(".cell.against"), 0);
    browser.click(".cell");
    assert!(
        browser.text("#panel").contains("src/"),
        "no place in the panel"
    );
}

#[test]
fn what_stands_in_source_stays_text() {
    let fixture = Fixture::new(
        "\
//- src/lib.rs
pub mod a;
pub mod b;
//- src/a.rs
pub fn say(_: &str) {}
//- src/b.rs
pub fn run() {
    crate::a::say(\"</script ><script>window.broken=1</script ><img src=x onerror=window.broken=1>\");
    crate::a::say(\"<!-- <script> {{ package }} {% if %} &lt; \u{2028} \\\" ' \");
}
",
    );
    let Some(mut browser) = opened(&fixture) else {
        return;
    };
    browser.click("[data-id=c0]");
    browser.click("[data-key='m0|b>m0|a']");
    let text = browser.text("#panel");
    assert!(
        text.contains("</script ><script>window.broken=1</script ><img src=x"),
        "{text}"
    );
    assert!(
        text.contains("<!-- <script> {{ package }} {% if %} &lt; \u{2028} \\\" ' "),
        "{text}"
    );
    assert!(browser.value("window.broken ?? null").is_null());
    assert_eq!(browser.complaints, [""; 0]);
}

#[test]
fn it_fits_on_a_desk_and_in_a_hand_by_day_and_by_night() {
    let fixture = Fixture::new(PLANNED);
    let Some(mut browser) = opened(&fixture) else {
        return;
    };
    let path = review(&fixture);
    let folder = Utf8PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("review");
    for width in [1280, 400] {
        for scheme in ["light", "dark"] {
            browser.open(&path, width, scheme);
            let too_wide = browser.value(
                "[...document.querySelectorAll('body *')].filter((one) => !one.closest('svg, .scroll, .hidden, .skip') \
                 && one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML.slice(0, 80))",
            );
            assert_eq!(too_wide, serde_json::json!([]), "at {width}");
            browser.value("document.getElementById('boundaries').scrollIntoView()");
            browser.value("document.querySelector('[data-open=\"1\"]').click()");
            browser.screenshot(&folder.join(format!("{width}-{scheme}.png")));
        }
    }
    assert_eq!(browser.complaints, [""; 0]);
}

#[test]
fn boxes_do_not_overlap() {
    let Some(mut browser) = opened(&Fixture::new(PLANNED)) else {
        return;
    };
    browser.click("[data-open='1']");
    let overlaps = browser.value(
        "[...document.querySelectorAll('[data-name=planned] .box:not(.open)')].flatMap((one, index, all) => \
         all.slice(index + 1).filter((other) => { \
           const [a, b] = [one, other].map((box) => box.querySelector('rect').getBoundingClientRect()); \
           return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom; \
         }).map((other) => `${one.dataset.id} ${other.dataset.id}`))",
    );
    assert_eq!(overlaps, serde_json::json!([]));
}

#[test]
fn the_graph_is_there_as_text_too() {
    let Some(mut browser) = opened(&Fixture::new(PLANNED)) else {
        return;
    };
    browser.click("[data-name=planned] summary");
    let rows = browser.value(
        "[...document.querySelectorAll('[data-name=planned] tbody tr')].map((row) => row.innerText.trim().split(/\\s+/).join(' ')).sort()",
    );
    let expected = [
        "app app-left 1",
        "app app-right 1",
        "app-left app-low 2",
        "app-right app-low 2",
    ];
    assert_eq!(rows, serde_json::json!(expected));
    let unnamed = browser.value(
        "[...document.querySelectorAll('button, input, select, [role=button], svg[role=group], table')]\
         .filter((one) => !one.closest('[hidden]') && !(one.getAttribute('aria-label') || one.textContent.trim() || one.labels?.length))\
         .map((one) => one.outerHTML.slice(0, 80))",
    );
    assert_eq!(unnamed, serde_json::json!([]));
}

/// Twenty crates, each with five modules of fourteen modules.
fn large() -> Fixture {
    let mut lib = String::from("//- src/lib.rs\n");
    let mut modules = String::new();
    let mut plan = String::from("//- split.toml\nversion = 1\npackage = \"app\"\n");
    for krate in 0..20 {
        let names: Vec<String> = (0..5).map(|at| format!("\"m{krate}_{at}\"")).collect();
        let below: Vec<String> = (0..krate).map(|at| format!("\"app-{at}\"")).collect();
        plan += &format!(
            "\n[crates.app-{krate}]\nrole = \"part\"\nmodules = [{}]\ndepends-on = [{}]\n",
            names.join(", "),
            below.join(", ")
        );
        for outer in 0..5 {
            lib += &format!("pub mod m{krate}_{outer};\n");
            modules += &format!("//- src/m{krate}_{outer}.rs\n");
            for inner in 0..14 {
                let (to, other) = (krate - krate.min(1 + inner % 3), (outer + 1) % 5);
                let call = if krate == 0 {
                    String::new()
                } else {
                    format!("crate::m{to}_{other}::n{inner}::f()")
                };
                modules += &format!("pub mod n{inner} {{\n    pub fn f() {{ {call} }}\n}}\n");
            }
        }
    }
    Fixture::new(&format!("{lib}{modules}{plan}"))
}

#[test]
fn twenty_crates_and_fifteen_hundred_modules_are_no_problem() {
    let fixture = large();
    let Some(mut browser) = opened(&fixture) else {
        return;
    };
    assert!(fixture.read("review.html").len() < 3_000_000);
    assert_eq!(browser.count("[data-name=planned] .box.crate"), 21);
    browser.click("[data-open='1']");
    assert_eq!(browser.count("[data-name=planned] .box.module"), 100);
    browser.press("/");
    browser.write("m19_4::n13::f");
    browser.press("Enter");
    let text = browser.text("#panel");
    assert!(text.contains("planned for app-19"), "{text}");
    assert!(text.contains("m17_0::n13::f in app-17"), "{text}");
    assert_eq!(browser.complaints, [""; 0]);
}
