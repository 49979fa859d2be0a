//! Makes damaged files out of sound ones, the same ones for the same seed.

/// Values with which code that handles sizes and counts most often goes wrong.
const INTERESTING: [u32; 12] = [
    0,
    1,
    2,
    0x7f,
    0xff,
    0x7fff,
    0xffff,
    0x10000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fffe,
    0xffff_ffff,
];

/// Size of a block in bytes; structures begin at block starts in PDBs and near them in images.
const BLOCK: usize = 512;

/// A file of the corpus with up to 12 mutations.
pub fn input(corpus: &[Vec<u8>], seed: u64) -> Vec<u8> {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut file = corpus[random.below(corpus.len())].clone();
    for _ in 0..=random.below(12) {
        mutate(&mut file, &mut random);
    }
    file
}

fn mutate(file: &mut Vec<u8>, random: &mut Random) {
    if file.is_empty() {
        return;
    }
    let at = place(file.len(), random);
    match random.below(10) {
        0 => file[at] ^= 1 << random.below(8),
        1 => file[at] = random.next() as u8,
        2..=4 => put(
            file,
            at & !3,
            &INTERESTING[random.below(INTERESTING.len())].to_le_bytes(),
        ),
        5 => put(file, at & !1, &(random.next() as u16).to_le_bytes()),
        6 => {
            let offset = random.below(file.len()) as u32;
            put(file, at & !3, &offset.to_le_bytes());
        }
        7 => {
            let length = random.below(4 * BLOCK).min(file.len() - at);
            let to = place(file.len(), random).min(file.len() - length);
            file.copy_within(at..at + length, to);
        }
        8 => {
            let length = random.below(BLOCK).min(file.len() - at);
            file[at..at + length].fill(random.next() as u8);
        }
        _ if random.below(8) == 0 => file.truncate(at),
        _ => put(file, at, &[0xff; 8]),
    }
}

/// Half of the time near the start of a block.
fn place(length: usize, random: &mut Random) -> usize {
    let anywhere = random.below(length);
    match random.below(2) {
        0 => anywhere,
        _ => (anywhere / BLOCK * BLOCK + random.below(64)).min(length - 1),
    }
}

fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    let length = bytes.len().min(file.len() - at);
    file[at..at + length].copy_from_slice(&bytes[..length]);
}

/// xorshift64*, which is random enough to break files.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}
