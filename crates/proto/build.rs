//! Compiles the contracts under `proto/` (no protoc), and writes beside the generated code the descriptors, the
//! validation that the contracts declare, and the list of the packages.

#[path = "build/names.rs"]
mod names;
#[path = "build/requests.rs"]
mod requests;
#[path = "build/rules.rs"]
mod rules;
#[path = "build/validation.rs"]
mod validation;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, error::Error, fs};

use prost_reflect::DescriptorPool;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let contracts = here.join("../../proto");
    println!("cargo::rerun-if-changed={}", contracts.display());
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=testdata");
    println!("cargo::rerun-if-changed=build.rs");

    let third_party = contracts.join("third_party");
    // third_party first: a file takes its name from the first folder that holds it.
    compile(&[&third_party, &contracts], &[contracts.join("hoagiai"), third_party.clone()], &out)?;
    // A contract of its own for the tests of the generator; nothing outside them includes it.
    let tests = here.join("testdata");
    let out = out.join("rules");
    fs::create_dir_all(&out)?;
    compile(&[&third_party, &tests], &[tests.join("hoagiai"), third_party.clone()], &out)
}

/// Compiles every contract under `folders` into `out`.
fn compile(includes: &[&PathBuf], folders: &[PathBuf], out: &Path) -> Outcome<()> {
    let mut files = Vec::new();
    for folder in folders.iter().filter(|f| f.is_dir()) {
        protos(folder, &mut files)?;
    }
    files.sort();

    let mut compiler = protox::Compiler::new(includes)?;
    compiler.include_imports(true).include_source_info(true).open_files(&files)?;
    let pool = compiler.descriptor_pool();
    fs::write(out.join("descriptor.bin"), compiler.encode_file_descriptor_set())?;

    let mut code = validation::generate(&pool).map_err(|faults| faults.join("\n"))?;
    code.push_str(&requests::generate(&pool).map_err(|faults| faults.join("\n"))?);
    fs::write(out.join("validation.rs"), code)?;
    fs::write(out.join("packages.rs"), packages(&pool))?;

    let mut config = prost_build::Config::new();
    // Maps are sorted: the same message gives the same bytes, which digests and the journal rely on.
    config.btree_map(["."]).enable_type_names().include_file("modules.rs");
    // Annotations are read from descriptors; the error details of google.rpc exist in tonic-types already.
    config.extern_path(".buf.validate", "::buf_validate");
    config.extern_path(".google.rpc", "::tonic_types::pb");
    tonic_prost_build::configure()
        .codec_path("crate::codec::Codec")
        .out_dir(out)
        .compile_fds_with_config(compiler.file_descriptor_set(), config)?;
    Ok(())
}

/// Collects the `.proto` files below a folder.
fn protos(folder: &Path, into: &mut Vec<PathBuf>) -> Outcome<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            protos(&path, into)?;
        } else if path.extension().is_some_and(|e| e == "proto") {
            into.push(path);
        }
    }
    Ok(())
}

/// Re-exports of the packages of this project: `hoagiai.registry.v1` becomes `registry::v1`.
fn packages(pool: &DescriptorPool) -> String {
    let names: BTreeSet<String> = pool
        .files()
        .filter_map(|file| file.package_name().strip_prefix("hoagiai.")?.split('.').next().map(str::to_owned))
        .collect();
    names.iter().fold(String::new(), |code, name| match name.as_str() {
        // `type` is a word of the language.
        "type" => code + "#[doc(inline)]\npub use generated::hoagiai::r#type as common;\n",
        _ => format!("{code}#[doc(inline)]\npub use generated::hoagiai::{name};\n"),
    })
}
