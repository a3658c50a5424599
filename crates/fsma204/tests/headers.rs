//! The headers of every sheet, as FDA's template has them.

use fsma204::Sheet;

#[test]
fn sheets_and_headers_are_those_of_the_template() {
    let sheets = Sheet::ALL.map(|sheet| {
        let columns: Vec<String> =
            (1..).zip(sheet.columns()).map(|(number, column)| format!("{number:>2}  {}", column.title())).collect();
        format!("[{}]\n{}", sheet.name(), columns.join("\n"))
    });
    insta::assert_snapshot!(sheets.join("\n\n"));
}
