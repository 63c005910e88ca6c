//! `pr N`: what reviewers read, before a step, after it, and on another machine.

use serde_json::Value;

use crate::cleave;
use crate::split::fixture;

/// A text with what changes from run to run left out.
fn settled(text: &str) -> String {
    let seconds = text
        .split(", in ")
        .map(|part| match part.split_once(" s.") {
            Some((number, rest)) if number.parse::<u32>().is_ok() => format!("N s.{rest}"),
            _ => part.to_owned(),
        });
    seconds.collect::<Vec<_>>().join(", in ")
}

#[test]
fn a_step_to_come_and_a_done_one_read_the_same_but_for_the_checks() {
    let fixture = fixture();
    let (status, before) = cleave(&fixture, &["pr", "2"]);
    assert_eq!(status, 0, "{before}");
    let git = fixture.run("git", &["status", "--porcelain"]);
    assert_eq!(
        String::from_utf8_lossy(&git.stdout),
        "",
        "nothing is changed"
    );

    let (status, text) = cleave(&fixture, &["--to", "2", "--branch", "split"]);
    assert_eq!(status, 0, "{text}");
    let (_, after) = cleave(&fixture, &["pr", "2"]);
    let message = fixture.run("git", &["log", "-1", "--format=%B"]);
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("pull_request_done", settled(&after));
        insta::assert_snapshot!("pull_request_commit", settled(&String::from_utf8_lossy(&message.stdout)));
    });
    let head = |text: &str| {
        text.split("## How it was verified")
            .next()
            .map(str::to_owned)
    };
    assert_eq!(head(&before), head(&after));
    assert!(before.contains("Not verified yet."), "{before}");

    // Where the record is missing, the tree before the commit tells the same.
    std::fs::remove_dir_all(fixture.root.join("target/cleave/steps")).expect("records");
    let (status, elsewhere) = cleave(&fixture, &["pr", "2"]);
    assert_eq!(status, 0, "{elsewhere}");
    assert_eq!(head(&elsewhere), head(&after));
    let worktrees = fixture.run("git", &["worktree", "list"]);
    assert_eq!(
        String::from_utf8_lossy(&worktrees.stdout).lines().count(),
        1
    );
}

#[test]
fn branches_are_stacked_a_step_each() {
    let fixture = fixture();
    assert_eq!(
        cleave(
            &fixture,
            &["--all", "--verify", "none", "--branch", "split"]
        )
        .0,
        0
    );
    let log = fixture.run("git", &["log", "--format=%D", "--reverse"]);
    let log = String::from_utf8_lossy(&log.stdout).into_owned();
    let names: Vec<&str> = log.lines().collect();
    assert_eq!(names.first(), Some(&"main"));
    assert_eq!(names.get(1), Some(&"split-step-1"));
    assert!(
        names
            .last()
            .is_some_and(|name| name.contains("HEAD -> split-step-")),
        "{names:?}"
    );
}

#[test]
fn scripts_get_title_and_body() {
    let fixture = fixture();
    let (status, text) = cleave(&fixture, &["pr", "1", "--format", "json"]);
    assert_eq!(status, 0, "{text}");
    let value: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        value["title"],
        "Make `app` a workspace of 2 crates (step 1 of 3)"
    );
    assert_eq!(value["step"]["done"], false);
    let (status, text) = cleave(&fixture, &["pr", "7"]);
    assert_eq!((status, text.contains("steps 1 to 3")), (2, true), "{text}");
}

/// Where a team takes a step at a time from the tip of the main branch, the same words make the same branch again after
/// others have merged; what a person put on it is not thrown away.
#[test]
fn after_others_merged_the_same_words_make_the_branch_again() {
    let fixture = fixture();
    let git = |words: &[&str]| {
        let output = fixture.run("git", words);
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let next = ["--next", "--branch", "split", "--verify", "none", "--quiet"];
    let step = |expected: i32| {
        let (status, text) = cleave(&fixture, &next);
        assert_eq!(status, expected, "{text}");
        text
    };
    step(0);
    // The first is merged, the second is made from the tip.
    git(&["switch", "-q", "main"]);
    git(&["merge", "-q", "--squash", "split-step-1"]);
    git(&["commit", "-qm", "Make it a workspace"]);
    step(0);
    let first = git(&["rev-parse", "split-step-2"]);
    assert_eq!(
        git(&["rev-parse", "split-step-2~1"]),
        git(&["rev-parse", "main"])
    );

    // Somebody else merges; the step is run again, and the branch begins at the new tip.
    git(&["switch", "-q", "main"]);
    fixture.edit("src/lib.rs", "", "\n/// Theirs.\npub fn theirs() {}\n");
    git(&["commit", "-qam", "Theirs"]);
    step(0);
    assert_ne!(git(&["rev-parse", "split-step-2"]), first);
    assert_eq!(
        git(&["rev-parse", "split-step-2~1"]),
        git(&["rev-parse", "main"])
    );
    assert_eq!(git(&["branch", "--show-current"]), "split-step-2");

    // A person's commit on the branch stays, and the message says what to do.
    fixture.edit("src/lib.rs", "/// Theirs.", "/// Mine.");
    git(&["commit", "-qam", "Mine"]);
    git(&["switch", "-q", "main"]);
    let before = fixture.tree();
    let text = step(2);
    assert!(
        text.contains("that no step made") && text.contains("(Mine)"),
        "{text}"
    );
    assert!(text.contains("`git branch -D split-step-2`"), "{text}");
    assert_eq!(fixture.tree(), before);
    git(&["switch", "-q", "split-step-2"]);
    git(&["reset", "-q", "--hard", "HEAD~1"]);
    git(&[
        "commit",
        "-q",
        "--amend",
        "--no-edit",
        "--date",
        "2020-01-01T00:00:00",
    ]);
    git(&["switch", "-q", "main"]);
    let text = step(2);
    assert!(text.contains("amended or rebased"), "{text}");
}
