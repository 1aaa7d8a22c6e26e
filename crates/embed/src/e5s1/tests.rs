//! Small files made here, whole and damaged.

use super::*;

/// A file of one layer with 32 coordinates and five pieces.
pub(crate) fn sample() -> Vec<u8> {
    let pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁a", "▁b", "<mask>"];
    let (hidden, inner, n_words, n_positions) = (32, 64, 8, 16);
    let mut file = b"E5S1".to_vec();
    file.extend(1_u32.to_le_bytes());
    for size in [hidden, 1, 2, inner, n_words, n_positions, 2] {
        file.extend((size as i32).to_le_bytes());
    }
    file.extend(1e-12_f32.to_le_bytes());
    file.extend(32_i32.to_le_bytes());
    for number in [pieces.len() as i32, 0, 2, 1, 3] {
        file.extend(number.to_le_bytes());
    }
    file.extend((pieces.concat().len() as u64).to_le_bytes());
    let mut start = 0_u32;
    file.extend(start.to_le_bytes());
    for piece in pieces {
        start += piece.len() as u32;
        file.extend(start.to_le_bytes());
    }
    (0..pieces.len()).for_each(|i| file.extend((-(i as f32)).to_le_bytes()));
    file.extend(pieces.concat().bytes());
    file.extend(0_i32.to_le_bytes());
    file.extend(0_u32.to_le_bytes());
    append_tensors(&mut file, hidden, inner, n_words, n_positions);
    file
}

fn append_tensors(file: &mut Vec<u8>, h: usize, inner: usize, n_words: usize, n_positions: usize) {
    let mut tensors: Vec<(String, bool, usize)> = vec![
        ("emb.word".into(), true, n_words * h),
        ("emb.pos".into(), false, n_positions * h),
        ("emb.type".into(), false, 2 * h),
        ("emb.ln.w".into(), false, h),
        ("emb.ln.b".into(), false, h),
    ];
    for (part, n_in, n_out) in [
        ("q", h, h),
        ("k", h, h),
        ("v", h, h),
        ("ao", h, h),
        ("fi", h, inner),
        ("fo", inner, h),
    ] {
        tensors.push((format!("l0.{part}.w"), true, n_in * n_out));
        tensors.push((format!("l0.{part}.b"), false, n_out));
    }
    for part in ["aln.w", "aln.b", "oln.w", "oln.b"] {
        tensors.push((format!("l0.{part}"), false, h));
    }
    let size = |is_blocks: bool, n: usize| {
        if is_blocks {
            n / BLOCK * BLOCK_BYTES
        } else {
            n * 4
        }
    };
    let directory: usize = tensors
        .iter()
        .map(|(name, ..)| 2 + name.len() + 1 + 4 + 16)
        .sum();
    let mut offset = file.len() + 4 + directory;
    file.extend((tensors.len() as i32).to_le_bytes());
    for (name, is_blocks, n) in &tensors {
        file.extend((name.len() as u16).to_le_bytes());
        file.extend(name.bytes());
        file.push(u8::from(*is_blocks));
        file.extend((*n as u32).to_le_bytes());
        file.extend((offset as u64).to_le_bytes());
        file.extend((size(*is_blocks, *n) as u64).to_le_bytes());
        offset += size(*is_blocks, *n);
    }
    for (index, (_, is_blocks, n)) in tensors.iter().enumerate() {
        append_values(file, index, *is_blocks, *n);
    }
}

fn append_values(file: &mut Vec<u8>, seed: usize, is_blocks: bool, n: usize) {
    if !is_blocks {
        (0..n).for_each(|i| file.extend((1.0 + ((i + seed) as f32).sin() / 4.0).to_le_bytes()));
        return;
    }
    for block in 0..n / BLOCK {
        file.extend(half::f16::from_f32(0.02).to_le_bytes());
        file.extend((0..16).map(|j| (seed * 31 + block * 17 + j * 29) as u8));
    }
}

#[test]
fn a_whole_file_is_read() {
    let bytes = sample();
    let file = E5s1::parse(&bytes).unwrap();
    assert_eq!((file.shape.hidden, file.shape.n_words), (32, 8));
    assert_eq!(file.marks, Marks { begin: 0, end: 2 });
    let mut ids = Vec::new();
    file.tokenizer.encode("a b", 9, &mut ids);
    assert_eq!(ids, [4, 5]);
    assert!(matches!(file.tensor("l0.q.w"), Ok(Stored::Blocks(b)) if b.len() == 32 * 18));
    assert!(matches!(
        file.tensor("l1.q.w"),
        Err(WeightsError::Missing { .. })
    ));
}

#[test]
fn a_file_cut_anywhere_is_refused_with_the_cure() {
    let bytes = sample();
    for end in 0..bytes.len() {
        let message = E5s1::parse(&bytes[..end])
            .err()
            .map(|error| error.to_string());
        let message = message.unwrap_or_else(|| panic!("{end} of {} bytes pass", bytes.len()));
        assert!(message.contains("fetch the model again"), "{message}");
    }
}

proptest::proptest! {
    #[test]
    fn damaged_bytes_never_panic(place in 0_usize..2_000, value: u8) {
        let mut bytes = sample();
        let place = place % bytes.len();
        bytes[place] = value;
        let _ = E5s1::parse(&bytes).map(|file| {
            crate::weights::Weights::read(&file, file.shape.clone(), crate::Precision::Int8).is_ok()
        });
    }
}
