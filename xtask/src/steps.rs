//! Steps one after another, timed, with a table at the end.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::stopwatch::Stopwatch;

/// One thing that must hold.
pub struct Step<C> {
    pub name: &'static str,
    pub about: &'static str,
    /// Steps without which this one makes no sense.
    needs: &'static [&'static str],
    run: fn(&C) -> Result<()>,
}

pub const fn step<C>(
    name: &'static str,
    about: &'static str,
    needs: &'static [&'static str],
    run: fn(&C) -> Result<()>,
) -> Step<C> {
    Step { name, about, needs, run }
}

#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Passed,
    Failed,
    /// Something it needs has failed: counted as failed, because it was not shown to hold.
    NotRun,
}

type Row = (&'static str, Outcome, Duration);

/// Runs all steps, the later ones also when an earlier one failed, and ends with a table and `N passed, N failed`.
pub fn run_all<C>(steps: &[&Step<C>], context: &C) -> Result<()> {
    let total = Stopwatch::start();
    let mut rows: Vec<Row> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let broken = |need: &&&str| rows.iter().any(|(name, outcome, _)| name == *need && *outcome != Outcome::Passed);
        if let Some(need) = step.needs.iter().find(broken) {
            println!("\n=== {} not run: `{need}` has failed", step.name);
            rows.push((step.name, Outcome::NotRun, Duration::ZERO));
            continue;
        }
        println!("\n=== {}/{} {}: {}", index + 1, steps.len(), step.name, step.about);
        let stopwatch = Stopwatch::start();
        let result = (step.run)(context);
        let elapsed = stopwatch.elapsed();
        let outcome = if result.is_ok() { Outcome::Passed } else { Outcome::Failed };
        match result {
            Ok(()) => println!("=== {} passed in {:.1} s", step.name, elapsed.as_secs_f64()),
            Err(error) => println!("=== {} FAILED in {:.1} s: {error:#}", step.name, elapsed.as_secs_f64()),
        }
        rows.push((step.name, outcome, elapsed));
    }
    finish(&rows, total.elapsed())
}

fn finish(rows: &[Row], total: Duration) -> Result<()> {
    println!("\n{:<12} {:<8} {:>8}", "step", "result", "seconds");
    for (name, outcome, elapsed) in rows {
        let word = match outcome {
            Outcome::Passed => "passed",
            Outcome::Failed => "FAILED",
            Outcome::NotRun => "not run",
        };
        println!("{name:<12} {word:<8} {:>8.1}", elapsed.as_secs_f64());
    }
    let passed = rows.iter().filter(|(_, outcome, _)| *outcome == Outcome::Passed).count();
    let failed = rows.len() - passed;
    println!("{:<12} {:<8} {:>8.1}\n", "total", "", total.as_secs_f64());
    println!("{passed} passed, {failed} failed");
    if failed > 0 {
        bail!("{failed} of {} steps did not pass", rows.len());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    type Ran = RefCell<Vec<&'static str>>;

    #[test]
    fn a_failed_step_stops_only_what_needs_it() {
        let steps: [Step<Ran>; 4] = [
            step("a", "", &[], |_| bail!("no")),
            step("b", "", &["a"], |ran| {
                ran.borrow_mut().push("b");
                Ok(())
            }),
            step("c", "", &["b"], |ran| {
                ran.borrow_mut().push("c");
                Ok(())
            }),
            step("d", "", &[], |ran| {
                ran.borrow_mut().push("d");
                Ok(())
            }),
        ];
        let ran = Ran::default();
        assert!(run_all(&steps.iter().collect::<Vec<_>>(), &ran).is_err());
        assert_eq!(*ran.borrow(), ["d"]);
        assert!(run_all(&[&steps[3]], &ran).is_ok());
    }
}
