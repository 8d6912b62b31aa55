//! A capture is the same, byte for byte, wherever it is made: figures of different days can be compared.

use crate::interleave::{self, Counts};
use crate::shape;
use crate::wire::Wire;

const PACKETS: u64 = 3000;

fn made(name: &str) -> (Vec<u8>, Counts) {
    let mut shape = shape(name).expect("one of the shapes");
    let mut wire = Wire::new(Vec::new()).expect("memory takes it");
    let counts = interleave::write(shape.as_mut(), PACKETS, &mut wire).expect("memory takes it");
    (wire.finish().expect("memory takes it"), counts)
}

/// FNV-1a, 64 bits.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn check(name: &str, sum: u64, conversations: u64, resets: u64) {
    let (bytes, counts) = made(name);
    let expected = Counts {
        packets: PACKETS,
        conversations,
        resets,
    };
    assert_eq!(counts, expected);
    assert_eq!(
        format!("{:#018x}", checksum(&bytes)),
        format!("{sum:#018x}")
    );
}

#[test]
fn long_is_always_the_same() {
    check("long", 0x5ab8_f44b_fc76_22f3, 20, 0);
}

#[test]
fn short_is_always_the_same() {
    check("short", 0x87e9_ed4d_5045_4f90, 321, 21);
}

#[test]
fn scan_is_always_the_same() {
    check("scan", 0x094d_7d55_641f_9d9c, 1516, 1484);
}

#[test]
fn storm_is_always_the_same() {
    check("storm", 0x5936_0b1b_7db1_389f, 1, 1498);
}

#[test]
fn mix_is_always_the_same() {
    check("mix", 0x751f_1e73_8527_4d51, 216, 1);
}

#[test]
fn times_never_go_back() {
    for name in ["long", "short", "scan", "storm", "mix"] {
        let (bytes, _) = made(name);
        let mut rest = &bytes[24..];
        let mut last = 0;
        while !rest.is_empty() {
            let word = |place: usize| {
                u64::from(u32::from_le_bytes(
                    rest[place..place + 4].try_into().expect("four bytes"),
                ))
            };
            let time = word(0) * 1_000_000 + word(4);
            assert!(time >= last, "{name}: {time} after {last}");
            last = time;
            rest = &rest[16 + word(8) as usize..];
        }
    }
}
