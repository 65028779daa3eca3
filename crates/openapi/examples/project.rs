//! Prints the document of this project's contracts, for validators and viewers.

use std::error::Error;

use hoagiai_openapi::{Info, Notes, document};
use hoagiai_transcode::Table;

fn main() -> Result<(), Box<dyn Error>> {
    let table = Table::build(hoagiai_proto::pool(), |method| method.full_name().starts_with("hoagiai."))?;
    let info = Info { title: "Hòa Giải".to_owned(), version: "v1".to_owned(), ..Info::default() };
    println!("{:#}", document(&table, &info, Notes::default()));
    Ok(())
}
