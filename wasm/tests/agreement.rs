use htrace::{file::File, pdb::Pdb, undecorate::undecorate};
use serde_json::Value;

fn main() {
    let root = std::path::Path::new("../../shared/data/pdbs");
    let only = std::env::args().nth(1).unwrap_or_default();
    let (mut all, mut good) = (0, 0);
    for folder in std::fs::read_dir(root).unwrap() {
        let folder = folder.unwrap().path();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        if !name.contains(&only) {
            continue;
        }
        let json: Value = serde_json::from_slice(
            &std::fs::read(folder.join(format!("{name}.expected.json"))).unwrap(),
        )
        .unwrap();
        let bytes = std::fs::read(folder.join(json["pdb"].as_str().unwrap())).unwrap();
        let mut pdb = Pdb::open(File::new(Box::new(bytes)).unwrap()).unwrap();
        let (mut n, mut ok) = (0, 0);
        for a in json["addresses"].as_array().unwrap() {
            let rva = u32::from_str_radix(a["rva"].as_str().unwrap().trim_start_matches("0x"), 16)
                .unwrap();
            let d = &a["dbghelp"];
            let want = d["symbol"]
                .as_str()
                .map(|s| (s.to_string(), d["displacement"].as_u64().unwrap() as u32));
            let got = pdb.lookup(rva).unwrap().map(|f| {
                let s = String::from_utf8_lossy(&f.name).into_owned();
                (if f.decorated { undecorate(&s) } else { s }, f.displacement)
            });
            n += 1;
            if want == got {
                ok += 1
            } else {
                println!(
                    "{name} {rva:#x}: want {want:?} tag {} got {got:?} llvm {}",
                    d["tag"], a["llvm"][0]["function"]
                );
            }
        }
        println!("== {name}: {ok}/{n}");
        all += n;
        good += ok;
    }
    println!("{good}/{all}");
}
