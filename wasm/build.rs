//! Tells the tests whether the shared test data lie beside the project, so that those that need them are
//! reported as ignored where they do not.

use std::path::Path;

fn main() {
    let data = "../../shared/data";
    println!("cargo::rustc-check-cfg=cfg(shared_data)");
    println!("cargo::rerun-if-changed={data}");
    if Path::new(data).is_dir() {
        println!("cargo::rustc-cfg=shared_data");
    }
}
