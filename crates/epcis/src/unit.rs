//! The common codes of UN/ECE Recommendation 20 (revision 17), and the codes of Recommendation 21 for packages, which
//! stand behind an `X`.

/// Whether `code` is a unit of measure. Codes that are deprecated but not withdrawn are units still.
pub(crate) fn is_known(code: &str) -> bool {
    match code.as_bytes() {
        [b'X', one, two] => [one, two].iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()),
        [letter @ b'A'..=b'Z', tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
            let number = (tens - b'0') * 10 + (ones - b'0');
            NUMBERED.iter().any(|(known, ranges)| {
                known == letter && ranges.iter().any(|(first, last)| (*first..=*last).contains(&number))
            })
        }
        [_, _] | [_, _, _] => CODES.binary_search(&code).is_ok(),
        _ => false,
    }
}

/// The code that somebody meant who wrote a symbol, a word, or a package without its `X`.
pub(crate) fn meant(written: &str) -> Option<&'static str> {
    let found = MEANT.iter().find(|(_, ways)| ways.split(' ').any(|way| way.eq_ignore_ascii_case(written)));
    found.map(|(code, _)| *code)
}

/// Letters with two digits behind them: the numbers that are codes.
const NUMBERED: &[(u8, &[(u8, u8)])] = &[
    (b'A', &[(10, 45), (47, 71), (73, 91), (93, 99)]),
    (b'B', &[(10, 99)]),
    (b'C', &[(10, 76), (78, 97), (99, 99)]),
    (
        b'D',
        &[(3, 4), (10, 13), (15, 27), (29, 39), (41, 63), (65, 65), (68, 78), (80, 83), (85, 89), (91, 91), (93, 95)],
    ),
    (b'E', &[(1, 1), (7, 12), (14, 23), (25, 25), (27, 28), (30, 99)]),
    (b'F', &[(1, 8), (10, 99)]),
    (b'G', &[(1, 1), (4, 6), (8, 21), (23, 99)]),
    (b'H', &[(3, 16), (18, 85), (87, 96), (98, 99)]),
    (b'J', &[(10, 10), (12, 36), (38, 76), (78, 79), (81, 85), (87, 87), (89, 99)]),
    (b'K', &[(10, 28), (30, 43), (45, 55), (58, 71), (73, 99)]),
    (b'L', &[(10, 21), (23, 60), (63, 96), (98, 99)]),
    (b'M', &[(10, 27), (29, 53), (55, 99)]),
    (b'N', &[(10, 99)]),
    (b'P', &[(10, 99)]),
    (b'Q', &[(10, 42)]),
    (b'Z', &[(11, 11)]),
];

/// All others, in order.
#[rustfmt::skip]
const CODES: &[&str] = &[
    "10", "11", "13", "14", "15", "1I", "20", "21", "22", "23", "24", "25", "27", "28", "2A", "2B", "2C", "2G", "2H",
    "2I", "2J", "2K", "2L", "2M", "2N", "2P", "2Q", "2R", "2U", "2X", "2Y", "2Z", "33", "34", "35", "37", "38", "3B",
    "3C", "40", "41", "4C", "4G", "4H", "4K", "4L", "4M", "4N", "4O", "4P", "4Q", "4R", "4T", "4U", "4W", "4X", "56",
    "57", "58", "59", "5A", "5B", "5E", "5J", "60", "61", "64", "66", "74", "76", "77", "78", "80", "81", "84", "85",
    "87", "89", "91", "A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "AA", "AB", "ACR", "ACT", "AD", "AE",
    "AH", "AI", "AK", "AL", "AMH", "AMP", "ANN", "APZ", "AQ", "ARE", "AS", "ASM", "ASU", "ATM", "ATT", "AWG", "AY",
    "AZ", "B1", "B3", "B4", "B7", "B8", "BAR", "BB", "BFT", "BHP", "BIL", "BLD", "BLL", "BP", "BPM", "BQL", "BTU",
    "BUA", "BUI", "C0", "C3", "C7", "C8", "C9", "CCT", "CDL", "CEL", "CEN", "CG", "CGM", "CKG", "CLF", "CLT", "CMK",
    "CMQ", "CMT", "CNP", "CNT", "COU", "CTG", "CTM", "CTN", "CUR", "CWA", "CWI", "D1", "D2", "D5", "D6", "D9", "DAA",
    "DAD", "DAY", "DB", "DD", "DEC", "DG", "DJ", "DLT", "DMA", "DMK", "DMO", "DMQ", "DMT", "DN", "DPC", "DPR", "DPT",
    "DRA", "DRI", "DRL", "DT", "DTN", "DU", "DWT", "DX", "DZN", "DZP", "E4", "EA", "EB", "EQ", "FAH", "FAR", "FBM",
    "FC", "FF", "FH", "FIT", "FL", "FOT", "FP", "FR", "FS", "FTK", "FTQ", "G2", "G3", "GB", "GBQ", "GDW", "GE", "GF",
    "GFI", "GGR", "GIA", "GIC", "GII", "GIP", "GJ", "GL", "GLD", "GLI", "GLL", "GM", "GO", "GP", "GQ", "GRM", "GRN",
    "GRO", "GRT", "GT", "GV", "GWH", "HA", "HAR", "HBA", "HBX", "HC", "HDW", "HEA", "HGM", "HH", "HIU", "HJ", "HKM",
    "HLT", "HM", "HMQ", "HMT", "HN", "HP", "HPA", "HTZ", "HUR", "IA", "IE", "INH", "INK", "INQ", "ISD", "IU", "IUG",
    "IV", "J2", "JE", "JK", "JM", "JNT", "JOU", "JPS", "JWL", "K1", "K2", "K3", "K5", "K6", "KA", "KAT", "KB", "KBA",
    "KCC", "KDW", "KEL", "KGM", "KGS", "KHY", "KHZ", "KI", "KIC", "KIP", "KJ", "KJO", "KL", "KLK", "KLX", "KMA",
    "KMH", "KMK", "KMQ", "KMT", "KNI", "KNM", "KNS", "KNT", "KO", "KPA", "KPH", "KPO", "KPP", "KR", "KSD", "KSH",
    "KT", "KTN", "KUR", "KVA", "KVR", "KVT", "KW", "KWH", "KWN", "KWO", "KWS", "KWT", "KWY", "KX", "L2", "LA", "LAC",
    "LBR", "LBT", "LD", "LEF", "LF", "LH", "LK", "LM", "LN", "LO", "LP", "LPA", "LR", "LS", "LTN", "LTR", "LUB",
    "LUM", "LUX", "LY", "M1", "M4", "M5", "M7", "M9", "MAH", "MAL", "MAM", "MAR", "MAW", "MBE", "MBF", "MBR", "MC",
    "MCU", "MD", "MGM", "MHZ", "MIK", "MIL", "MIN", "MIO", "MIU", "MLD", "MLT", "MMK", "MMQ", "MMT", "MND", "MON",
    "MPA", "MQH", "MQS", "MSK", "MTK", "MTQ", "MTR", "MTS", "MVA", "MWH", "N1", "N3", "NA", "NAR", "NCL", "NEW", "NF",
    "NIL", "NIU", "NL", "NM3", "NMI", "NMP", "NPR", "NPT", "NQ", "NR", "NT", "NTT", "NU", "NX", "OA", "ODE", "ODG",
    "ODK", "ODM", "OHM", "ON", "ONZ", "OPM", "OT", "OZ", "OZA", "OZI", "P1", "P2", "P5", "PAL", "PD", "PFL", "PGL",
    "PI", "PLA", "PO", "PQ", "PR", "PS", "PT", "PTD", "PTI", "PTL", "PTN", "Q3", "QA", "QAN", "QB", "QR", "QT", "QTD",
    "QTI", "QTL", "QTR", "R1", "R9", "RH", "RM", "ROM", "RP", "RPM", "RPS", "RT", "S3", "S4", "SAN", "SCO", "SCR",
    "SEC", "SET", "SG", "SHT", "SIE", "SM3", "SMI", "SQ", "SQR", "SR", "STC", "STI", "STK", "STL", "STN", "STW", "SW",
    "SX", "SYR", "T0", "T3", "TAH", "TAN", "TI", "TIC", "TIP", "TKM", "TMS", "TNE", "TP", "TPI", "TPR", "TQD", "TRL",
    "TST", "TTS", "U1", "U2", "UA", "UB", "UC", "VA", "VLT", "VP", "W2", "WA", "WB", "WCD", "WE", "WEB", "WEE", "WG",
    "WHR", "WM", "WSD", "WTT", "WW", "X1", "YDK", "YDQ", "YRD", "ZP", "ZZ",
];

/// Codes, and what people write for them.
const MEANT: &[(&str, &str)] = &[
    ("CEL", "C DEGC celsius"),
    ("EA", "each unit units"),
    ("FAH", "F DEGF fahrenheit"),
    ("GLL", "GAL gallon gallons"),
    ("GRM", "G GR gram grams"),
    ("H87", "PC PCE PCS piece pieces"),
    ("KGM", "KG KGR kilo kilos kilogram kilograms"),
    ("LBR", "LB LBS pound pounds"),
    ("LTR", "L LT LIT litre litres liter liters"),
    ("MLT", "ML millilitre milliliter"),
    ("MTR", "M metre meter"),
    ("ONZ", "ounce ounces"),
    ("TNE", "T TO TON tonne tonnes"),
    ("XBE", "BE bundle"),
    ("XBG", "BG BAG bags"),
    ("XBI", "BIN bins"),
    ("XBO", "BO bottle bottles"),
    ("XBX", "BX BOX boxes"),
    ("XCA", "CA CAN cans"),
    ("XCR", "CR crate crates"),
    ("XCS", "CS CAS case cases"),
    ("XCT", "CT CAR carton cartons"),
    ("XDR", "DR drum drums"),
    ("XJR", "JR JAR jars"),
    ("XPK", "PK PCK pack package"),
    ("XPX", "PX PAL pallet pallets"),
    ("XSA", "SA sack sacks"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_recommendations_are_known() {
        for code in ["KGM", "LBR", "CEL", "A93", "LUX", "KMH", "MTR", "MTS", "C35", "DD", "GRM", "H87", "P71", "FAH"] {
            assert!(is_known(code), "{code}");
        }
        for code in ["XBX", "XCS", "X4H", "10", "EA", "P1", "Z11", "Q42", "B00"] {
            assert_eq!(is_known(code), code != "B00", "{code}");
        }
    }

    #[test]
    fn symbols_words_and_withdrawn_codes_are_not() {
        for (written, code) in [
            ("KG", Some("KGM")),
            ("kg", Some("KGM")),
            ("lbs", Some("LBR")),
            ("CS", Some("XCS")),
            ("Cases", Some("XCS")),
            ("EUR", None),
            ("A46", None),
            ("", None),
            ("KGMM", None),
        ] {
            assert!(!is_known(written), "{written}");
            assert_eq!(meant(written), code, "{written}");
        }
    }

    #[test]
    fn the_tables_are_in_order_and_advise_codes_only() {
        assert!(CODES.is_sorted_by(|a, b| a < b));
        assert!(NUMBERED.is_sorted_by_key(|(letter, _)| *letter));
        for (code, ways) in MEANT {
            assert!(is_known(code), "{code}");
            assert!(ways.split(' ').all(|way| way == "PAL" || !is_known(way)), "{ways}");
        }
    }
}
