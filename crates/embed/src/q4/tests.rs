//! The blocks are ggml's.

use super::*;

#[test]
fn a_block_by_hand() {
    let mut block = half::f16::from_f32(0.5).to_le_bytes().to_vec();
    block.extend((0..16).map(|j: u8| j | (15 - j) << 4));
    let mut values = Vec::new();
    dequantise(&block, &mut values);
    let wanted: Vec<f32> = (0..16)
        .map(|j| (j as f32 - 8.0) * 0.5)
        .chain((0..16).map(|j| (15.0 - j as f32 - 8.0) * 0.5))
        .collect();
    assert_eq!(values, wanted);
}

#[test]
fn shapes_without_whole_panels_are_refused() {
    let row = vec![0; BLOCK_BYTES];
    assert!(Q4Matrix::pack(&row, 1, BLOCK).is_none());
    assert!(Q4Matrix::pack(&row.repeat(PANEL), PANEL, BLOCK).is_some());
    assert!(Q4Matrix::pack(&row.repeat(PANEL - 1), PANEL, BLOCK).is_none());
}
