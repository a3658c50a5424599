//! How long reading an identifier takes: `cargo run --release -p gs1 --example speed`.

#![expect(clippy::print_stdout, reason = "a measuring program prints")]

use std::{hint::black_box, time::Instant};

use gs1::Identifier;

const SPELLINGS: &[&str] = &[
    "urn:epc:class:lgtin:9521003.100017.VV28228A",
    "urn:epc:id:sgtin:0614141.812345.6789%2F%26!",
    "urn:epc:id:sscc:9521003.0000000001",
    "urn:epc:id:sgln:4012345.00005.0",
    "urn:epc:id:grai:4012345.55555.987",
    "https://id.gs1.org/01/19521003000173/10/VV28228A",
    "https://dl.example.com/some/stem/01/19521003000173/21/12345?exp=280101",
    "https://id.gs1.org/00/095210030000000015",
    "https://id.gs1.org/414/4012345000054/254/122",
    "https://northgate.example/item/NG-8009/lot/NG-EX-28229-017",
    "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",
];

const ROUNDS: u32 = 500_000;

fn main() {
    for spelled in SPELLINGS {
        let read = nanoseconds(|| Identifier::new(black_box(*spelled)));
        let identifier = Identifier::new(*spelled);
        let written = nanoseconds(|| black_box(&identifier).canonical());
        println!("{read:6.0} ns read {written:6.0} ns canonical  {spelled}");
    }
}

fn nanoseconds<T>(work: impl Fn() -> T) -> f64 {
    for _ in 0..ROUNDS / 10 {
        black_box(work());
    }
    let start = Instant::now();
    for _ in 0..ROUNDS {
        black_box(work());
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(ROUNDS)
}
