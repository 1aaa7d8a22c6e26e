//! Binary workbooks made harmless before the library reads them.
//!
//! The library believes what a sheet says of its size, and keeps a rectangle
//! around its cells: one damaged number asks for terabytes. So the records that
//! it needs are copied into a workbook of our own making, sheet by sheet,
//! without sizes and without cells that lie far from all others.
//! **Source:** \[MS-XLS\] 2.1.4 (records), 2.4 (their layouts).

use std::io::{Cursor, Write};

use cfb::{CompoundFile, Version};

use crate::{
    ExtractError, MediaType,
    binary_office::{Container, u16_at, u32_at},
};

const EOF: u16 = 0x000a;
const FILE_PASS: u16 = 0x002f;
const CONTINUE: u16 = 0x003c;
const BOUND_SHEET: u16 = 0x0085;
const MUL_RK: u16 = 0x00bd;
const STRING: u16 = 0x0207;
const FORMULA: u16 = 0x0006;
const BOF: u16 = 0x0809;

/// Records with one cell: formula, string reference, rich string, number,
/// label, truth value or error, packed number.
const CELLS: [u16; 7] = [FORMULA, 0x00fd, 0x00d6, 0x0203, 0x0204, 0x0205, 0x027e];

/// Columns of a binary sheet.
const MAX_COLUMNS: u32 = 256;

/// A rectangle of so many cells does no harm, however empty it is.
const FREE_AREA: u64 = 1 << 20;

/// Above that a cell may cost so many empty ones.
const AREA_A_CELL: u64 = 64;

/// Area of all sheets: one sheet that is full to its last cell.
const MAX_AREA: u64 = 65_536 * 256;

/// A workbook that the library can read without harm.
pub(super) struct Tamed {
    /// The file.
    pub(super) bytes: Vec<u8>,
    /// Cells left out.
    pub(super) n_cells_left_out: u64,
    /// Whether the file ends within a sheet.
    pub(super) is_cut: bool,
}

/// Copies what is needed of a workbook.
///
/// # Errors
/// No workbook in it; encrypted; more area than [`MAX_AREA`].
pub(super) fn tame(file: &mut Container<'_>) -> Result<Tamed, ExtractError> {
    let damaged = |error| ExtractError::damaged(MediaType::Xls, error);
    let workbook = match file.stream("Workbook")? {
        Some(stream) => Some(("Workbook", stream)),
        None => file.stream("Book")?.map(|stream| ("Book", stream)),
    };
    let (name, stream) = workbook.ok_or_else(|| file.damaged("it holds no workbook"))?;
    let mut copier = Copier {
        stream: &stream,
        copy: Vec::with_capacity(stream.len()),
        n_cells_left_out: 0,
        is_cut: false,
        area_left: MAX_AREA,
    };
    copier.workbook()?;
    // The library takes a file of version 4 without small streams for an empty one.
    let container = CompoundFile::create_with_version(Version::V3, Cursor::new(Vec::new()));
    let mut container = container.map_err(damaged)?;
    let mut target = container.create_stream(name).map_err(damaged)?;
    target.write_all(&copier.copy).map_err(damaged)?;
    target.flush().map_err(damaged)?;
    drop(target);
    Ok(Tamed {
        bytes: container.into_inner().into_inner(),
        n_cells_left_out: copier.n_cells_left_out,
        is_cut: copier.is_cut,
    })
}

struct Copier<'a> {
    stream: &'a [u8],
    copy: Vec<u8>,
    n_cells_left_out: u64,
    is_cut: bool,
    area_left: u64,
}

/// A record with those that continue it, and where the next one begins.
struct Record<'a> {
    kind: u16,
    data: &'a [u8],
    whole: &'a [u8],
    end: usize,
}

impl<'a> Copier<'a> {
    /// `None` at the end, and where the file is cut.
    fn record(&mut self, at: usize) -> Option<Record<'a>> {
        let end_of = |at: usize| {
            let len = u16_at(self.stream, at + 2)?;
            let end = at + 4 + usize::from(len);
            (end <= self.stream.len()).then_some(end)
        };
        let Some(mut end) = end_of(at) else {
            self.is_cut |= at < self.stream.len();
            return None;
        };
        let data = &self.stream[at + 4..end];
        while u16_at(self.stream, end) == Some(CONTINUE) {
            match end_of(end) {
                Some(next) => end = next,
                None => break,
            }
        }
        Some(Record {
            kind: u16_at(self.stream, at)?,
            data,
            whole: &self.stream[at..end],
            end,
        })
    }

    fn workbook(&mut self) -> Result<(), ExtractError> {
        let mut sheets = Vec::new();
        let mut at = 0;
        while let Some(record) = self.record(at) {
            at = record.end;
            match record.kind {
                EOF => break,
                FILE_PASS if u16_at(record.data, 0) != Some(0) => {
                    return Err(ExtractError::NeedsPassword);
                }
                BOUND_SHEET => {
                    let start = u32_at(record.data, 0).and_then(|at| usize::try_from(at).ok());
                    // A sheet that begins behind the end of the file is lost.
                    match start.filter(|start| *start < self.stream.len()) {
                        Some(start) => sheets.push((self.copy.len() + 4, start)),
                        None => {
                            self.is_cut = true;
                            continue;
                        }
                    }
                }
                _ => {}
            }
            self.copy.extend_from_slice(record.whole);
        }
        self.end();
        for (place, start) in sheets {
            let here = u32::try_from(self.copy.len()).unwrap_or(u32::MAX);
            self.copy[place..place + 4].copy_from_slice(&here.to_le_bytes());
            self.sheet(start)?;
        }
        Ok(())
    }

    fn end(&mut self) {
        self.copy.extend_from_slice(&EOF.to_le_bytes());
        self.copy.extend_from_slice(&[0, 0]);
    }

    fn sheet(&mut self, start: usize) -> Result<(), ExtractError> {
        let mut area = Area::default();
        let (mut at, mut depth) = (start, 0_u32);
        let mut is_formula_kept = true;
        while let Some(record) = self.record(at) {
            at = record.end;
            match record.kind {
                // Charts in the sheet are sheets in themselves.
                BOF => depth += 1,
                EOF if depth <= 1 => break,
                EOF => depth -= 1,
                _ if depth > 1 => {}
                STRING if is_formula_kept => self.copy.extend_from_slice(record.whole),
                kind if CELLS.contains(&kind) || kind == MUL_RK => {
                    let is_kept = area.admits(&record);
                    if kind == FORMULA {
                        is_formula_kept = is_kept;
                    }
                    match is_kept {
                        true => self.copy.extend_from_slice(record.whole),
                        false => self.n_cells_left_out += 1,
                    }
                }
                _ => {}
            }
            if record.kind == BOF && depth == 1 {
                self.copy.extend_from_slice(record.whole);
            }
        }
        self.end();
        self.area_left = self
            .area_left
            .checked_sub(area.size())
            .ok_or(ExtractError::TooLarge {
                limit: MAX_AREA,
                unit: "cells",
            })?;
        Ok(())
    }
}

/// The rectangle around the cells so far.
#[derive(Default)]
struct Area {
    n_cells: u64,
    /// First and last row, first and last column.
    bounds: Option<(u32, u32, u32, u32)>,
}

impl Area {
    fn size(&self) -> u64 {
        size(self.bounds)
    }

    /// Takes a cell in, unless it lies too far away.
    fn admits(&mut self, record: &Record<'_>) -> bool {
        let (Some(row), Some(column)) = (u16_at(record.data, 0), u16_at(record.data, 2)) else {
            // Too short to be a cell: the library refuses the file for it.
            return false;
        };
        let (row, first) = (u32::from(row), u32::from(column));
        let last = match record.kind {
            // Row, first column, six bytes a cell, last column.
            MUL_RK => first + u32::try_from(record.data.len().saturating_sub(6) / 6).unwrap_or(0),
            _ => first,
        };
        let (top, bottom, left, right) = self.bounds.unwrap_or((row, row, first, last));
        let bounds = Some((
            top.min(row),
            bottom.max(row),
            left.min(first),
            right.max(last),
        ));
        let allowed = FREE_AREA.max(self.n_cells * AREA_A_CELL);
        if last >= MAX_COLUMNS || size(bounds) > allowed {
            return false;
        }
        self.bounds = bounds;
        self.n_cells += u64::from(last - first + 1);
        true
    }
}

fn size(bounds: Option<(u32, u32, u32, u32)>) -> u64 {
    bounds.map_or(0, |(top, bottom, left, right)| {
        u64::from(bottom - top + 1) * u64::from(right - left + 1)
    })
}
