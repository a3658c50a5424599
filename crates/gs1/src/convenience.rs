//! The convenience names of early Digital Links (`/gtin/…/lot/…`) and the numbers that they stand for.

/// The application identifier of a path segment: itself, or the number behind a convenience name.
pub(crate) fn number(segment: &str) -> &str {
    // Most segments are numbers or belong to the stem.
    if segment.len() > 5 || segment.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        return segment;
    }
    match segment {
        "gtin" => "01",
        "cpv" => "22",
        "lot" => "10",
        "ser" => "21",
        "sscc" => "00",
        "gln" => "414",
        "glnx" => "254",
        "party" => "417",
        "itip" => "8006",
        "grai" => "8003",
        "giai" => "8004",
        "gdti" => "253",
        "gcn" => "255",
        "ginc" => "401",
        "gsin" => "402",
        "gsrn" => "8018",
        "gsrnp" => "8017",
        "srin" => "8019",
        "cpid" => "8010",
        "cpsn" => "8011",
        number => number,
    }
}

/// A Digital Link with the numbers in place of the convenience names, in its path and in its query; otherwise untouched.
///
/// ```
/// assert_eq!(
///     gs1::without_convenience_names("https://shop.example/gtin/09506000164908/lot/ABC123?exp=230101&linktype=all"),
///     "https://shop.example/01/09506000164908/10/ABC123?17=230101&linktype=all",
/// );
/// ```
pub fn without_convenience_names(link: &str) -> String {
    let (link, fragment) = split_before(link, '#');
    let (path, query) = split_before(link, '?');
    let host_end = path.find("://").map_or(0, |scheme| scheme + 3);
    let (host, path) = path.split_at_checked(host_end).unwrap_or((path, ""));
    let (authority, path) = split_before(path, '/');
    let path: Vec<&str> = path.split('/').map(number).collect();
    format!("{host}{authority}{}{}{fragment}", path.join("/"), numbered_query(query))
}

fn numbered_query(query: &str) -> String {
    let Some(pairs) = query.strip_prefix('?') else { return query.to_owned() };
    let pairs: Vec<String> = pairs.split('&').map(numbered_pair).collect();
    format!("?{}", pairs.join("&"))
}

fn numbered_pair(pair: &str) -> String {
    match pair.split_once('=') {
        Some(("exp", value)) => format!("17={value}"),
        Some((name, value)) => format!("{}={value}", number(name)),
        None => pair.to_owned(),
    }
}

/// `text` in two, the second beginning with `at`.
fn split_before(text: &str, at: char) -> (&str, &str) {
    text.find(at).and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""))
}
