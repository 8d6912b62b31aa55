//! Makes the captures that the benchmarks read: the same bytes for the same arguments, on each machine.
//!
//!     cargo run --release --no-default-features --example captures -- SHAPE PACKETS OUT.pcap

mod applications;
mod connection;
mod exchange;
mod hosts;
mod interleave;
mod long;
mod mix;
mod packet;
mod random;
mod scan;
mod short;
mod storm;
#[cfg(test)]
mod tests;
mod wire;

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;
use std::process::ExitCode;

use interleave::Shape;
use wire::Wire;

const USAGE: &str = "Usage: captures SHAPE PACKETS OUT.pcap

Writes a capture of a shape (long, short, scan, storm, mix) with so many packets, and prints what it holds:
packets, conversations (for long, short, scan and storm these are TCP's), resets.";

fn shape(name: &str) -> Option<Box<dyn Shape>> {
    Some(match name {
        "long" => Box::new(long::Long::new()),
        "short" => Box::new(short::Short::new()),
        "scan" => Box::new(scan::Scan::new()),
        "storm" => Box::new(storm::Storm::new()),
        "mix" => Box::new(mix::Mix::new()),
        _ => return None,
    })
}

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let [name, packets, path] = arguments.as_slice() else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    let packets = packets.to_str().and_then(|packets| packets.parse().ok());
    let (Some(mut shape), Some(packets)) = (name.to_str().and_then(shape), packets) else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    let written = File::create(path).and_then(|file| write(shape.as_mut(), packets, file));
    match written {
        Ok(counts) => {
            println!(
                "packets {} conversations {} resets {}",
                counts.packets, counts.conversations, counts.resets
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            let path = Path::new(path).display();
            eprintln!("captures: {path} can't be written: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(shape: &mut dyn Shape, packets: u64, file: File) -> io::Result<interleave::Counts> {
    let mut wire = Wire::new(BufWriter::with_capacity(1 << 20, file))?;
    let counts = interleave::write(shape, packets, &mut wire)?;
    wire.finish()?;
    Ok(counts)
}
