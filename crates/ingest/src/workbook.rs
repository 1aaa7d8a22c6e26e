//! Workbooks that are catalogues: each sheet with a header of well-known names,
//! or as a mapping says, is a table of records.

use std::sync::Arc;

use extract::Sheet;

use crate::{
    IngestError, Ingester, checkpoint::CheckpointName, pipeline::Run, records_file::Content,
    records_run::RecordsInput, walk::Place,
};

/// Known columns that make a sheet a table of records: a title and another one.
const MIN_KNOWN_COLUMNS: usize = 2;

impl Ingester<'_> {
    /// Takes in the sheets of a workbook that are tables of records.
    pub(crate) fn take_sheets(
        &self,
        place: &Place,
        hash: &blake3::Hash,
        sheets: Vec<Sheet>,
        run: &mut Run,
    ) -> Result<(), IngestError> {
        let has_several = sheets.len() > 1;
        for sheet in sheets {
            let shown = match has_several {
                true => place.shown.join(&sheet.name),
                false => place.shown.clone(),
            };
            let of_sheet = blake3::keyed_hash(hash.as_bytes(), sheet.name.as_bytes());
            let name = CheckpointName::new(&of_sheet, self.options);
            let checkpoint = name.load(self.catalog)?;
            if checkpoint.is_done {
                self.recount(&shown, &checkpoint, run)?;
                continue;
            }
            let input = RecordsInput {
                place: Place {
                    file: place.file.clone(),
                    shown,
                },
                format: Arc::new(self.options.table().of_sheet()),
                name,
                checkpoint,
            };
            self.take_content(&Content::Text(sheet.rows), input, run)?;
        }
        Ok(())
    }

    /// The sheets of a workbook that are tables of records; with a mapping one
    /// of them has to be.
    pub(crate) fn catalogue_sheets(&self, sheets: Vec<Sheet>) -> Result<Vec<Sheet>, String> {
        if sheets.is_empty() {
            return Ok(sheets);
        }
        let mapping = self.options.mapping.as_ref();
        let format = self.options.table().of_sheet();
        let (mut found, mut first_reason) = (Vec::new(), None);
        for sheet in sheets {
            let is_meant = match mapping.and_then(|mapping| mapping.sheet.as_ref()) {
                Some(name) => *name == sheet.name,
                None => true,
            };
            match format.check(&sheet.rows) {
                _ if !is_meant => {}
                Ok(n_known) if n_known >= MIN_KNOWN_COLUMNS || mapping.is_some() => {
                    found.push(sheet)
                }
                Ok(_) => {}
                Err(reason) => {
                    first_reason.get_or_insert(format!("sheet `{}`: {reason}", sheet.name));
                }
            }
        }
        match mapping {
            Some(mapping) if found.is_empty() => Err(first_reason.unwrap_or_else(|| {
                let name = mapping.sheet.as_deref().unwrap_or_default();
                format!("the workbook has no sheet `{name}`; mend `sheet` in the mapping")
            })),
            _ => Ok(found),
        }
    }
}
