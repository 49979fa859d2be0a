use htrace::{answer::*, file::File, pdb::Pdb, symbolizer::*};
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
        let mut s = Symbols::Pdb(Box::new(
            Pdb::open(File::new(Box::new(bytes)).unwrap()).unwrap(),
        ));
        let addrs = json["addresses"].as_array().unwrap();
        let rvas: Vec<u32> = addrs
            .iter()
            .map(|a| {
                u32::from_str_radix(a["rva"].as_str().unwrap().trim_start_matches("0x"), 16)
                    .unwrap()
            })
            .collect();
        let ans = s.symbolize(
            &rvas,
            Options {
                lines: true,
                ..Default::default()
            },
        );
        let st = |n: u32| {
            let n = n as usize;
            let start = if n == 0 { 0 } else { ans.strings.ends[n - 1] };
            String::from_utf8_lossy(
                &ans.strings.bytes[start as usize..ans.strings.ends[n] as usize],
            )
            .into_owned()
        };
        let opt = |n: u32| if n == NO_STRING { None } else { Some(st(n)) };
        let (mut n, mut ok, mut lok, mut iok) = (0, 0, 0, 0);
        let mut inl = 0usize;
        for (a, row) in addrs.iter().zip(&ans.frames) {
            let rva = a["rva"].as_str().unwrap();
            let d = &a["dbghelp"];
            let want = d["symbol"]
                .as_str()
                .map(|s| (s.to_string(), d["displacement"].as_u64().unwrap() as u32));
            let got = opt(row.symbol).map(|s| (s, row.displacement));
            n += 1;
            if want == got {
                ok += 1
            } else {
                println!("{name} {rva}: want {want:?} tag {} got {got:?}", d["tag"]);
            }
            let wl = d["line"]
                .as_u64()
                .map(|l| (d["file"].as_str().map(|s| s.to_string()), l as u32));
            let gl = (row.line != 0).then(|| (opt(row.file), row.line));
            if wl == gl {
                lok += 1
            } else {
                println!(
                    "LINE {name} {rva} {}+{}: want {wl:?} +{} got {gl:?} llvm {}",
                    d["symbol"], d["displacement"], d["line_displacement"], a["llvm"]
                );
            }
            let wi: Vec<_> = d["inline_frames"]
                .as_array()
                .map(|f| {
                    f.iter()
                        .map(|x| {
                            (
                                x["symbol"].as_str().map(|s| s.to_string()),
                                x["file"].as_str().map(|s| s.to_string()),
                                x["line"].as_u64().unwrap_or(0) as u32,
                            )
                        })
                        .collect()
                })
                .unwrap_or_default();
            let gi: Vec<_> = ans.inlined[inl..row.inlined_end as usize]
                .iter()
                .map(|r| (opt(r.symbol), opt(r.file), r.line))
                .collect();
            inl = row.inlined_end as usize;
            if wi == gi {
                iok += 1
            } else {
                println!(
                    "INLINE {name} {rva} {}+{}:\n   want {wi:?}\n   got  {gi:?}\n   llvm {}",
                    d["symbol"], d["displacement"], a["llvm"]
                );
            }
        }
        println!("== {name}: {ok} {lok} {iok} / {n}");
        all += n;
        good += ok;
    }
    println!("{good}/{all}");
}
