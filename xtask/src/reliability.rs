//! `docs/RELIABILITY.md`: what is broken on purpose, what came of it, and the figures that the tests print.
//!
//! A test that has a figure to tell prints it on a line of its own that begins with `figure: `.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::workspace::Workspace;
use crate::{packages, run};

const PAGE: &str = "docs/RELIABILITY.md";
const TESTS_MAX: Duration = Duration::from_mins(40);
const FIGURE: &str = "figure: ";

/// Programs of tests in which faults of the table live.
const PROGRAMS: &[&str] =
    &["--lib", "--test", "suite", "--test", "store", "--test", "it", "--test", "faults", "--test", "failover"];

/// A fault, and the tests that show what comes of it.
struct Fault {
    what: &'static str,
    so: &'static str,
    tests: &'static [&'static str],
}

const FAULTS: &[Fault] = &[
    Fault {
        what: "the line is cut in the middle of a question",
        so: "amber within 2 s, everything settled later",
        tests: &[
            "fault_a_line_cut_in_the_middle_of_a_question_is_noticed_within_two_seconds_and_everything_is_settled",
        ],
    },
    Fault {
        what: "300 ms and 3 s on the line",
        so: "answered; from what is known within 2 s",
        tests: &["fault_a_line_of_300_ms_is_answered_and_one_of_3_s_goes_on_from_what_is_known"],
    },
    Fault {
        what: "30 % of all packets lost",
        so: "answered, or from what is known within 2 s",
        tests: &["fault_a_line_that_loses_a_third_of_all_packets_is_answered_or_goes_on_from_what_is_known"],
    },
    Fault {
        what: "no name service",
        so: "the desk goes on and says so",
        tests: &["fault_without_a_name_service_the_desk_goes_on_and_says_that_names_are_not_found"],
    },
    Fault {
        what: "the first of two addresses is dead",
        so: "no window waits for it",
        tests: &["fault_the_first_of_two_addresses_is_dead_and_no_window_waits_for_it"],
    },
    Fault {
        what: "the center killed under load, and over a large file",
        so: "every given answer on record, every question answered once",
        tests: &[
            "fault_a_center_killed_under_load_has_every_given_answer_on_record",
            "fault_a_center_killed_under_load_delays_the_folders_and_loses_nothing",
            "fault_a_center_killed_over_a_large_file_answers_every_question_once",
        ],
    },
    Fault {
        what: "the center killed at each step while a terminal joins and while it takes a feed",
        so: "one certificate a code, every row once",
        tests: &[
            "fault_a_center_killed_at_each_step_of_joining_gives_the_same_certificate_in_the_end",
            "fault_a_center_killed_at_each_step_of_a_feed_knows_every_row_once_in_the_end",
        ],
    },
    Fault {
        what: "the primary database killed, or out of touch, under load",
        so: "no given answer lost, counted",
        tests: &["fault_a_primary_killed_or_out_of_touch_under_load_loses_no_given_answer"],
    },
    Fault {
        what: "a terminal killed under load, and with 500 cases that wait",
        so: "none lost, each asked once",
        tests: &[
            "fault_a_terminal_killed_under_load_answers_every_request_once",
            "fault_a_terminal_killed_with_500_cases_that_wait_loses_none_and_asks_each_once",
        ],
    },
    Fault {
        what: "disk full, at the center and at the terminal",
        so: "nothing is answered that could not be recorded; it goes on by itself",
        tests: &["a_full_disk_refuses_answers_and_recovers_by_itself", "a_full_disk_loses_nothing"],
    },
    Fault {
        what: "the clock 2 h wrong, either way",
        so: "right answers, and the page says it",
        tests: &[
            "fault_a_terminal_two_hours_ahead_works_and_says_so",
            "fault_a_terminal_two_hours_behind_works_and_says_so",
            "fault_a_clock_two_hours_wrong_costs_no_list",
        ],
    },
    Fault {
        what: "a status list expired, replayed, cut off, of another key, of another prefecture",
        so: "named and not used; the one that is held stays in use",
        tests: &[
            "fault_a_list_that_ran_out_is_not_used",
            "fault_an_older_list_than_the_one_held_is_not_used",
            "fault_a_list_that_was_cut_off_or_changed_is_not_used",
            "fault_a_list_that_another_key_signed_is_not_used",
            "fault_a_list_of_another_prefecture_is_not_used",
            "fault_no_false_list_takes_the_place_of_a_good_one",
        ],
    },
    Fault {
        what: "the terminal's certificate revoked while the line was cut",
        so: "told so, cases kept",
        tests: &["fault_a_terminal_revoked_while_the_line_was_cut_is_told_so_and_keeps_its_cases"],
    },
    Fault {
        what: "a database that has lost what was answered",
        so: "it answers nobody",
        tests: &["fault_a_database_that_has_lost_what_was_answered_answers_nobody"],
    },
    Fault {
        what: "eight hours without the center, the terminal restarted in between",
        so: "zero lost, zero wrong against the oracle",
        tests: &["fault_eight_hours_without_the_center_lose_nobody_and_tell_nobody_wrong"],
    },
];

/// What was seen of a test.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    passed: bool,
    figures: Vec<String>,
}

type All = BTreeMap<String, Seen>;

/// Runs the tests of the table one after another and writes the page.
pub fn run(workspace: &Workspace) -> Result<()> {
    packages::ensure_installed_for_faults()?;
    let mut all = All::new();
    let log = workspace.scratch("reliability")?.join("tests.log");
    let mut command = workspace.cargo_all_command("test", &["--no-fail-fast"]);
    command.args(PROGRAMS).args(["--", "--nocapture", "--test-threads", "1"]);
    command.args(FAULTS.iter().flat_map(|fault| fault.tests));
    println!("the tests of {PAGE}, into {}", log.display());
    // Tests that fail are told on the page; what they printed is in the file.
    let done = run::run_into(&mut command, &log, TESTS_MAX);
    read(&std::fs::read_to_string(&log)?, &mut all);
    write(&workspace.root.join(PAGE), &all)?;
    done.with_context(|| format!("see {}", log.display()))
}

/// Reads what libtest prints with one thread: `test name ... `, whatever the test prints, and `ok` or `FAILED`.
fn read(log: &str, all: &mut All) {
    let mut current: Option<String> = None;
    for line in log.lines() {
        let mut rest = line;
        if let Some((name, behind)) = line.strip_prefix("test ").and_then(|line| line.split_once(" ...")) {
            let name = name.split(" - ").next().unwrap_or(name).rsplit("::").next().unwrap_or(name);
            current = Some(name.to_owned());
            rest = behind.trim_start();
        }
        let Some(name) = &current else { continue };
        if let Some((_, figure)) = rest.split_once(FIGURE) {
            all.entry(name.clone()).or_default().figures.push(figure.trim().to_owned());
        }
        if matches!(rest.trim(), "ok" | "FAILED") {
            all.entry(name.clone()).or_default().passed = rest.trim() == "ok";
            current = None;
        }
    }
}

fn write(page: &Path, all: &All) -> Result<()> {
    let mut text = String::from(HEAD);
    let mut missing: Vec<&&str> = Vec::new();
    for fault in FAULTS {
        let seen: Vec<&Seen> = fault.tests.iter().filter_map(|test| all.get(*test)).collect();
        missing.extend(fault.tests.iter().filter(|test| !all.contains_key(**test)));
        let result =
            if seen.len() == fault.tests.len() && seen.iter().all(|seen| seen.passed) { "holds" } else { "FAILS" };
        let figures: Vec<&str> = seen.iter().flat_map(|seen| seen.figures.iter().map(String::as_str)).collect();
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "| {} | {} | {result} | {} |", fault.what, fault.so, figures.join("<br>"));
    }
    text.push_str(TAIL);
    for fault in FAULTS {
        let tests: Vec<String> = fault.tests.iter().map(|test| format!("`{test}`")).collect();
        let _ = writeln!(text, "- {}: {}", fault.what, tests.join(", "));
    }
    std::fs::write(page, text)?;
    ensure!(missing.is_empty(), "no such tests: {missing:?}");
    ensure!(all.values().all(|seen| seen.passed), "a fault is not survived; see {PAGE}");
    println!("written: {PAGE}");
    Ok(())
}

const HEAD: &str = "\
# Reliability

What is broken on purpose, what has to come of it, and what came of it. Written by `cargo xtask reliability`, which runs each of these tests
on this machine, one after another; `cargo xtask faults` runs them too, and `cargo xtask ci` those that take no minutes. Figures are of that one run, with the build that tests use. Nothing here is
a promise about a disk, a line or a machine that was not there.

| fault | so | | figures |
|---|---|---|---|
";

const TAIL: &str = "
Speed without the center is in [BENCHMARKS.md](BENCHMARKS.md). How a center survives the loss of a database is in [OPERATIONS.md](OPERATIONS.md).

## The tests

";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_and_figures_are_read_from_what_the_tests_print() {
        let mut all = All::new();
        let log = "running 3 tests\ntest a::b::one ... figure: 5 s\nnoise\nfigure: 6 s\nok\ntest two ... ok\n\
                   test c::three ... noise\nFAILED\n\ntest result: FAILED. 2 passed\n";
        read(log, &mut all);
        let seen = |name: &str| all.get(name).expect("a test");
        assert_eq!(*seen("one"), Seen { passed: true, figures: vec!["5 s".to_owned(), "6 s".to_owned()] });
        assert!(seen("two").passed && !seen("three").passed);
        assert_eq!(all.len(), 3);
    }
}
