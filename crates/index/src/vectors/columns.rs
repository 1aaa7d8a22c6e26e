//! Which records a search may compare: filters and access levels as sets of
//! places.

use std::collections::{BTreeMap, HashMap};

use records::{AccessLevel, Clearance};

use super::{VectorError, bits::Bits};
use crate::{FacetField, Filter, YearRange};

/// Facet values of a record, the access level among them.
pub(super) type FacetValues = BTreeMap<FacetField, Vec<String>>;

/// Facet values by place.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// Places that hold a value, from the smallest.
    places: HashMap<(FacetField, Box<str>), Vec<u32>>,
    /// Places by year.
    years: BTreeMap<i32, Vec<u32>>,
    /// What each clearance may see, without what was taken out.
    visible: [Bits; CLEARANCES.len()],
}

const CLEARANCES: [Clearance; 3] = [Clearance::Public, Clearance::Registered, Clearance::Staff];

impl Columns {
    /// Adds a record; places only grow. A record whose access level cannot be
    /// read is seen by staff alone.
    pub(super) fn push(&mut self, place: u32, values: FacetValues) {
        let access = values.get(&FacetField::Access).and_then(|v| v.first());
        let access = access
            .and_then(|word| word.parse().ok())
            .unwrap_or(AccessLevel::Embargoed);
        for (clearance, visible) in CLEARANCES.iter().zip(&mut self.visible) {
            if clearance.may_see(access) {
                visible.insert(place);
            }
        }
        for (field, values) in values {
            for value in values {
                if field == FacetField::Year {
                    let year = value.parse().ok();
                    let places = year.map(|year| self.years.entry(year).or_default());
                    places.into_iter().for_each(|places| places.push(place));
                } else {
                    let key = (field, value.into_boxed_str());
                    self.places.entry(key).or_default().push(place);
                }
            }
        }
    }

    /// Takes a record out.
    pub(super) fn remove(&mut self, place: u32) {
        self.visible.iter_mut().for_each(|bits| bits.remove(place));
    }

    /// All that `clearance` may see.
    pub(super) fn visible(&self, clearance: Clearance) -> &Bits {
        let at = CLEARANCES.iter().position(|known| *known == clearance);
        &self.visible[at.expect("all clearances are listed")]
    }

    /// What `clearance` may see and meets the filters.
    pub(super) fn wanted(
        &self,
        filters: &[Filter],
        clearance: Clearance,
    ) -> Result<Bits, VectorError> {
        let mut wanted = self.visible(clearance).clone();
        for field in FacetField::ALL {
            let asked = filters.iter().filter(|filter| filter.field == field);
            let mut any = Bits::default();
            let mut is_asked = false;
            for filter in asked {
                is_asked = true;
                self.add_places(filter, &mut any)?;
            }
            if is_asked {
                wanted.intersect(&any);
            }
        }
        Ok(wanted)
    }

    fn add_places(&self, filter: &Filter, any: &mut Bits) -> Result<(), VectorError> {
        let mut add = |places: &[u32]| places.iter().for_each(|&place| any.insert(place));
        if filter.field == FacetField::Year {
            let range: YearRange = filter.value.parse()?;
            let years = self.years.iter();
            years
                .filter(|(year, _)| range.contains(**year))
                .for_each(|(_, places)| add(places));
            return Ok(());
        }
        let key = (filter.field, filter.value.as_str().into());
        if let Some(places) = self.places.get(&key) {
            add(places);
        }
        Ok(())
    }
}
