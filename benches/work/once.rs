//! Does one piece of work once and prints what it took, with tabs between: its name, elements,
//! nanoseconds an element and bytes an element. Without arguments it lists what there is.

use super::{COSTS, SIZES, Work};

/// Answers `NAME ELEMENTS`, behind which cargo puts `--bench`.
pub fn run(arguments: &[String]) {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.strip_suffix(&["--bench"]).unwrap_or(&words) {
        [] => all().for_each(|work| println!("{}", work.name)),
        [name, count] => match (all().find(|it| it.name == *name), count.parse()) {
            (Some(work), Ok(count)) => print(work, count),
            _ => refuse("There is no such work, or ELEMENTS is no number."),
        },
        _ => refuse("Give the name of a work and how many elements it shall have."),
    }
}

fn all() -> impl Iterator<Item = &'static Work> {
    COSTS.iter().chain(&SIZES)
}

fn print(work: &Work, count: usize) {
    let meter = work.run(count);
    let of_each = |total: f64| total / meter.elements as f64;
    println!(
        "{}\t{}\t{:.1}\t{:.1}",
        work.name,
        meter.elements,
        of_each(meter.time.as_nanos() as f64),
        of_each(meter.grown as f64),
    );
}

fn refuse(why: &str) {
    eprintln!("{why} Without arguments this prints what there is.");
    std::process::exit(2);
}
