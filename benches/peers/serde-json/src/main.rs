//! Parses a document into `serde_json::Value`, with the default features: DOCUMENT ROUNDS; prints `value SECONDS`.

#[path = "../../../documents/clock.rs"]
mod clock;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let bytes = std::fs::read(arguments.next().ok_or("which document?")?)?;
    let rounds: usize = arguments.next().ok_or("how many rounds?")?.parse()?;
    let mut measured = Vec::new();
    for _ in 0..rounds {
        let (seconds, parsed) = clock::seconds(|| {
            let value: serde_json::Value = serde_json::from_slice(&bytes)?;
            drop(std::hint::black_box(value));
            Ok::<_, serde_json::Error>(())
        });
        parsed?;
        measured.push(seconds);
    }
    println!("value {}", clock::median(measured));
    Ok(())
}
