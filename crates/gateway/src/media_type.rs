//! Media types in `Content-Type` and `Accept`.

use axum::http::{HeaderMap, header};

/// The essence of `Content-Type`, in lower case and without parameters; empty when there is none.
pub(crate) fn content_type(headers: &HeaderMap) -> String {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(essence).unwrap_or_default()
}

/// The length that a request declares.
pub(crate) fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The first of `offered` that the client likes best; `Err` with its wishes when it likes none.
pub(crate) fn negotiate<'a>(headers: &HeaderMap, offered: &[&'a str]) -> Result<&'a str, String> {
    let wishes: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let wishes = wishes.join(",");
    if wishes.trim().is_empty() {
        return offered.first().copied().ok_or(wishes);
    }
    let mut best: Option<(f32, &'a str)> = None;
    for offer in offered.iter().copied() {
        let quality = quality(&wishes, offer);
        if quality > 0.0 && best.is_none_or(|(so_far, _)| quality > so_far) {
            best = Some((quality, offer));
        }
    }
    best.map(|(_, offer)| offer).ok_or(wishes)
}

/// How much the client likes a type: the most specific range counts (RFC 9110 §12.5.1).
fn quality(wishes: &str, offer: &str) -> f32 {
    let family = offer.split('/').next().unwrap_or_default();
    let mut found = (0, 0.0);
    for wish in wishes.split(',') {
        let range = essence(wish);
        let rank = match range.as_str() {
            range if range == offer => 3,
            range if range.strip_suffix("/*") == Some(family) => 2,
            "*/*" => 1,
            _ => continue,
        };
        if rank > found.0 {
            let quality = wish.split(';').skip(1).find_map(|parameter| parameter.trim().strip_prefix("q="));
            found = (rank, quality.and_then(|text| text.trim().parse().ok()).unwrap_or(1.0));
        }
    }
    found.1
}

fn essence(text: &str) -> String {
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFERED: [&str; 2] = ["application/ld+json", "application/xml"];

    fn chosen(accept: &str) -> Result<&'static str, String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        negotiate(&headers, &OFFERED)
    }

    #[test]
    fn the_best_liked_type_is_written() {
        assert_eq!(negotiate(&HeaderMap::new(), &OFFERED), Ok("application/ld+json"));
        assert_eq!(chosen("*/*"), Ok("application/ld+json"));
        assert_eq!(chosen("application/xml;q=0.9, application/ld+json;q=0.8"), Ok("application/xml"));
        assert_eq!(chosen("application/ld+json;q=0, */*"), Ok("application/xml"));
        assert_eq!(chosen("text/html"), Err("text/html".to_owned()));
    }
}
