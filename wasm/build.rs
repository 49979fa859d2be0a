//! Tells the tests whether the shared test data are beside the project, so that tests that need them are reported as
//! ignored if they are not.

use std::path::Path;

fn main() {
    let data = "../../shared/data";
    println!("cargo::rustc-check-cfg=cfg(shared_data)");
    println!("cargo::rerun-if-changed={data}");
    if Path::new(data).is_dir() {
        println!("cargo::rustc-cfg=shared_data");
    }
}
