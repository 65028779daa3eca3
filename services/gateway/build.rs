//! Of Swagger UI's archive, the two files that a page needs: the rest would be a fortieth of the program.

use std::{borrow::Cow, env, error::Error, fs::File, io::Cursor, path::Path};

use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::{ZipArchive, ZipWriter};

const SCRIPT: &str = "swagger-ui-bundle.js";
const STYLE: &str = "swagger-ui.css";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let mut all = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    let mut kept = ZipWriter::new(File::create(Path::new(&env::var("OUT_DIR")?).join("swagger-ui.zip"))?);
    for name in [SCRIPT, STYLE] {
        let inside = format!("/dist/{name}");
        let path = all.file_names().filter_map(Result::ok).find(|path| path.ends_with(&inside)).map(Cow::into_owned);
        let path = path.ok_or_else(|| format!("the archive of Swagger UI has no {name}"))?;
        let at = all.index_for_name(&path).ok_or(path)?;
        kept.raw_copy_file_rename(all.by_index_raw(at)?, name)?;
    }
    kept.finish()?;
    Ok(())
}
