//! What statistics make of verdicts: counts, and rows for conversations.

use rstanalysis::statistics::{COLUMNS, Causes, Cell, Conversations, Count, Row, Statistic};

use crate::capture::*;

/// A statistic that was told of all frames so far.
fn told<C: Count>(capture: &Capture) -> Statistic<C> {
    let mut statistic = Statistic::default();
    tell(&mut statistic, capture);
    statistic
}

fn tell<C: Count>(statistic: &mut Statistic<C>, capture: &Capture) {
    for frame in (1..=capture.frame).filter(|frame| capture.session.has_reset(*frame)) {
        statistic.note(frame);
    }
}

fn tree(statistic: &Statistic<Causes>, capture: &Capture) -> Vec<(u8, String, u32)> {
    let node = |row: Row| match &row.cells[..] {
        [Cell::Text(name), Cell::Number(count)] => (row.depth, name.clone(), *count),
        cells => panic!("no node: {cells:?}"),
    };
    let rows = statistic.rows(Some(&capture.session));
    rows.into_iter().map(node).collect()
}

fn node(depth: u8, name: &str, count: u32) -> (u8, String, u32) {
    (depth, name.into(), count)
}

/// The named columns of each row, as text.
fn table<const N: usize>(
    statistic: &Statistic<Conversations>,
    capture: &Capture,
    columns: [&str; N],
) -> Vec<[String; N]> {
    let place = |title: &str| {
        let known = |column: &rstanalysis::statistics::Column| column.title.to_str() == Ok(title);
        COLUMNS.iter().position(known).unwrap()
    };
    let text = |row: &Row, title: &str| match &row.cells[place(title)] {
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
    };
    let rows = statistic.rows(Some(&capture.session));
    let row = |row: &Row| columns.map(|title| text(row, title));
    rows.iter().map(row).collect()
}

/// A client goes away in the middle of a transfer, while the server sends on. The first of its five resets.
fn lost_resets(capture: &mut Capture) -> u32 {
    let first = aborted_transfer(capture);
    for _ in 0..4 {
        capture.server(ACK, 17_001, 1011, 1000);
        capture.client(RST, 1011, 0, 0);
        capture.wait(400);
    }
    first
}

#[test]
fn told_frames_count_by_the_verdicts_in_hindsight() {
    let mut capture = Capture::new();
    lost_resets(&mut capture);
    let expected = [
        node(0, "TCP resets", 5),
        node(1, "lost_reset", 4),
        node(2, "10.0.0.2:80", 4),
        node(1, "cancelled", 1),
        node(2, "10.0.0.2:80", 1),
    ];
    let statistic = told::<Causes>(&capture);
    assert_eq!(tree(&statistic, &capture), expected);
}

#[test]
fn reset_that_is_revised_after_it_was_told_counts_under_its_last_cause() {
    let mut capture = Capture::new();
    aborted_transfer(&mut capture);
    capture.server(ACK, 17_001, 1011, 1000);
    let repeat = capture.client(RST, 1011, 0, 0);
    let statistic = told::<Causes>(&capture);
    let before = capture.cause(repeat);
    assert!(tree(&statistic, &capture).contains(&node(1, &before, 1)));
    for _ in 0..4 {
        capture.wait(400);
        capture.server(ACK, 17_001, 1011, 1000);
    }
    assert_ne!(capture.cause(repeat), before, "the test needs a revision");
    let after = tree(&statistic, &capture);
    assert!(after.contains(&node(1, &capture.cause(repeat), 1)));
    assert!(!after.contains(&node(1, &before, 1)));
}

#[test]
fn frame_told_twice_counts_once() {
    let mut capture = Capture::new();
    capture.client(SYN, 1000, 0, 0);
    let reset = capture.server(RST_ACK, 0, 1001, 0);
    let mut statistic = Statistic::<Causes>::default();
    statistic.note(reset);
    statistic.note(reset);
    assert_eq!(tree(&statistic, &capture)[0], node(0, "TCP resets", 1));
}

#[test]
fn settled_sessions_add_up_with_the_open_one() {
    let mut causes = Statistic::<Causes>::default();
    let mut conversations = Statistic::<Conversations>::default();
    for _ in 0..2 {
        let mut capture = Capture::new();
        lost_resets(&mut capture);
        tell(&mut causes, &capture);
        tell(&mut conversations, &capture);
        causes.settle(&capture.session);
        conversations.settle(&capture.session);
    }
    let mut capture = Capture::new();
    lost_resets(&mut capture);
    tell(&mut causes, &capture);
    tell(&mut conversations, &capture);
    assert_eq!(tree(&causes, &capture)[0], node(0, "TCP resets", 15));
    assert_eq!(tree(&causes, &capture)[1], node(1, "lost_reset", 12));
    let rows = table(&conversations, &capture, ["Cause", "Resets"]);
    assert_eq!(rows, vec![["cancelled", "5"].map(String::from); 3]);
    assert_eq!(
        causes.rows(None).len(),
        5,
        "without a file what was settled"
    );
}

#[test]
fn conversation_shows_its_first_reset_and_counts_those_of_both_sides() {
    let mut capture = Capture::new();
    let first = lost_resets(&mut capture).to_string();
    capture.server(RST, 18_001, 0, 0);
    capture.client_port = 40_001;
    capture.client(SYN, 1000, 0, 0);
    let refusal = capture.server(RST_ACK, 0, 1001, 0);
    let rows = table(
        &told(&capture),
        &capture,
        [
            "Client",
            "Client port",
            "Server",
            "Server port",
            "Cause",
            "First reset",
            "Resets",
        ],
    );
    let cause = capture.cause(refusal);
    let refusal = refusal.to_string();
    assert_eq!(
        rows[0],
        [
            "10.0.0.1",
            "40000",
            "10.0.0.2",
            "80",
            "cancelled",
            &first,
            "6"
        ]
    );
    assert_eq!(
        rows[1],
        ["10.0.0.1", "40001", "10.0.0.2", "80", &cause, &refusal, "1"]
    );
    assert_eq!(rows.len(), 2);
}

#[test]
fn conversation_that_starts_anew_on_the_same_ports_has_a_row_of_its_own() {
    let mut capture = Capture::new();
    capture.client(SYN, 1000, 0, 0);
    let first = capture.server(RST_ACK, 0, 1001, 0);
    capture.wait(5000);
    capture.client(SYN, 900_000, 0, 0);
    let second = capture.server(RST_ACK, 0, 900_001, 0);
    let rows = table(&told(&capture), &capture, ["First reset", "Resets"]);
    let row = |frame: u32| [frame.to_string(), "1".into()];
    assert_eq!(rows, [row(first), row(second)]);
}

#[test]
fn conversation_shows_the_reset_that_its_receiver_took_rather_than_those_dropped_before() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.server(ACK, 5001, 1001, 100);
    for k in 0..3 {
        capture.client(RST, 900_000 + k, 0, 0);
        capture.server(ACK, 5101 + k * 100, 1001, 100);
        capture.wait(400);
    }
    let taken = capture.server(RST_ACK, 5401, 1001, 0);
    let rows = table(
        &told(&capture),
        &capture,
        ["First reset", "Cause", "Resets"],
    );
    assert_eq!(
        rows,
        [[taken.to_string(), capture.cause(taken), "4".into()]]
    );
}
