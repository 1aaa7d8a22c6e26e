//! What a Vietnamese syllable (*tiếng*) can be: onset, rime and tone, the place
//! of the tone mark and the spellings that count as one.
//!
//! The tables hold the sound system's rimes and onsets with the spelling rules
//! that join them (`k gh ngh` before e ê i y, `c g ng` elsewhere, stops only
//! with *sắc* or *nặng*). **Source:** Đoàn Thiện Thuật, *Ngữ âm tiếng Việt*,
//! 1977; tone placement after the "new style" of decree 240/QĐ (1984) and the
//! spelling rules of Quyết định 1989/QĐ-BGDĐT (2018).

use std::sync::LazyLock;

use crate::letter::{Letter, NANG, SAC, Tone, letter, with_tone};

/// The longest syllable is `nghiêng`, seven letters.
pub(crate) const MAX_LETTERS: usize = 7;

const ONSETS: &str = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x";

const RIMES: &str = "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt \
    âc âm ân âng âp ât âu ây e ec em en eng eo ep et ê êch êm ên ênh êp êt êu \
    i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu \
    y ya yêm yên yêng yêt yêu ych yn ynh yt yu \
    o oc oi om on ong op ot ooc oong oa oac oach oai oam oan oang oanh oao oap oat oay \
    oăc oăm oăn oăng oăt oe oem oen oeo oet ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt \
    u ua uc ui um un ung up ut uân uâng uât uây uê uêch uênh uơ uôc uôi uôm uôn uông uôt \
    uy uya uych uyn uynh uyp uyt uyu uyên uyêt \
    ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu";

/// The spellings of one list as packed letters, sorted: with accents, and folded.
struct Keys {
    exact: Vec<u64>,
    folded: Vec<u64>,
}

impl Keys {
    fn of(spellings: &str) -> Self {
        let keys = |fold: bool| {
            let spelled = spellings.split_whitespace();
            let mut keys: Vec<u64> = spelled
                .map(|part| pack(part.chars().filter_map(letter).map(|l| code(l, fold))))
                .collect();
            keys.sort_unstable();
            keys.dedup();
            keys
        };
        Self {
            exact: keys(false),
            folded: keys(true),
        }
    }

    fn has(&self, letters: &[Letter], fold: bool) -> bool {
        let keys = if fold { &self.folded } else { &self.exact };
        keys.binary_search(&pack(letters.iter().map(|&l| code(l, fold))))
            .is_ok()
    }
}

static ONSET_KEYS: LazyLock<Keys> = LazyLock::new(|| Keys::of(ONSETS));
static RIME_KEYS: LazyLock<Keys> = LazyLock::new(|| Keys::of(RIMES));

fn code(letter: Letter, fold: bool) -> u16 {
    if fold {
        u16::from(letter.fold)
    } else {
        letter.plain
    }
}

/// At most four letters in one number; longer sequences give a key no rime has.
fn pack(letters: impl Iterator<Item = u16>) -> u64 {
    letters.enumerate().fold(0, |key, (i, l)| {
        if i < 4 {
            key << 16 | u64::from(l)
        } else {
            u64::MAX
        }
    })
}

/// One word read as letters of the Vietnamese alphabet, at most [`MAX_LETTERS`].
#[derive(Clone, Copy)]
pub(crate) struct Letters {
    row: [Letter; MAX_LETTERS],
    n: usize,
}

impl Letters {
    /// `None` when `word` is empty, too long, or has anything but letters of
    /// the Vietnamese alphabet (digits included).
    pub(crate) fn read(word: &str) -> Option<Self> {
        let mut letters = Self {
            row: [Letter::default(); MAX_LETTERS],
            n: 0,
        };
        for c in word.chars() {
            let known = letter(c).filter(|l| !l.is_digit())?;
            *letters.row.get_mut(letters.n)? = known;
            letters.n += 1;
        }
        (letters.n > 0).then_some(letters)
    }

    fn all(&self) -> &[Letter] {
        &self.row[..self.n]
    }

    /// How many letters the onset has when the whole is a possible syllable,
    /// tone aside; with `fold`, whether some accents would make it one.
    fn onset_len(&self, fold: bool) -> Option<usize> {
        (0..=self.n.min(3))
            .rev()
            .find(|&len| len < self.n && self.splits_at(len, fold))
    }

    fn splits_at(&self, len: usize, fold: bool) -> bool {
        let (onset, rime) = self.all().split_at(len);
        is_onset(onset, fold) && fits(onset, rime, fold) && RIME_KEYS.has(rime, fold)
    }

    /// The tone and the place of its letter; `None` without exactly one.
    fn tone(&self) -> Option<(Tone, usize)> {
        let mut marked = self.all().iter().enumerate().filter(|(_, l)| l.tone != 0);
        let (at, letter) = marked.next()?;
        marked.next().is_none().then_some((letter.tone, at))
    }

    fn n_tones(&self) -> usize {
        self.all().iter().filter(|l| l.tone != 0).count()
    }
}

fn is_onset(onset: &[Letter], fold: bool) -> bool {
    onset.is_empty() || (onset.iter().all(|l| l.tone == 0) && ONSET_KEYS.has(onset, fold))
}

/// Spelling rules between onset and rime.
fn fits(onset: &[Letter], rime: &[Letter], fold: bool) -> bool {
    let first = rime[0].fold;
    let second = rime.get(1);
    let front = matches!(first, b'e' | b'i' | b'y');
    let mut name = [0u8; 3];
    for (to, l) in name.iter_mut().zip(onset) {
        *to = l.fold;
    }
    // `yê` opens a syllable or follows `qu`; `iê` does neither. Bare `y` rimes
    // (`lý`, `kỹ`) go with few onsets.
    let is_ye =
        first == b'y' && second.is_some_and(|l| l.fold == b'e' && (fold || l.has_quality()));
    let is_ie =
        first == b'i' && second.is_some_and(|l| l.fold == b'e' && (fold || l.has_quality()));
    match &name {
        [0, 0, 0] => !is_ie && (first != b'y' || is_ye || rime.len() == 1),
        b"qu\0" => first != b'u' && (first != b'o' || fold || rime[0].has_quality()),
        b"k\0\0" => front && !is_ye && (first != b'y' || rime.len() == 1),
        b"gh\0" | b"ngh" => front && first != b'y',
        b"c\0\0" | b"ng\0" => !front,
        b"g\0\0" => !front || first == b'i',
        b"gi\0" => !matches!(first, b'i' | b'y'),
        [b'h' | b'l' | b'm' | b's' | b't' | b'v', 0, 0] => first != b'y' || rime.len() == 1,
        _ => first != b'y',
    }
}

/// Whether `word` (NFC, lower case) is spelled as a syllable of Vietnamese can
/// be: onset, rime and tone are possible together. Foreign words, two-syllable
/// strings and bare consonants are not. Either tone placement is accepted.
///
/// ```
/// use text::syllable::is_vietnamese;
/// assert!(is_vietnamese("nghiêng") && is_vietnamese("hoà") && is_vietnamese("quý"));
/// assert!(!is_vietnamese("world") && !is_vietnamese("mat") && !is_vietnamese("kà"));
/// ```
#[must_use]
pub fn is_vietnamese(word: &str) -> bool {
    let Some(letters) = Letters::read(word) else {
        return false;
    };
    let n_tones = letters.n_tones();
    if n_tones > 1 || letters.onset_len(false).is_none() {
        return false;
    }
    let tone = letters.tone().map_or(0, |(tone, _)| tone);
    !ends_in_stop(letters.all()) || matches!(tone, SAC | NANG)
}

/// Whether some accents would make `word` (NFC, lower case) a syllable of
/// Vietnamese: `nuoc` (nước), `dai`, and also `me` or `can`, which English has
/// too. Accents that are there already are not looked at.
///
/// ```
/// use text::syllable::could_be_accentless_vietnamese as could;
/// assert!(could("nuoc") && could("dat") && !could("water") && !could("str"));
/// ```
#[must_use]
pub fn could_be_accentless_vietnamese(word: &str) -> bool {
    Letters::read(word).is_some_and(|letters| letters.onset_len(true).is_some())
}

fn ends_in_stop(letters: &[Letter]) -> bool {
    match letters {
        [.., a, b] if a.fold == b'c' && b.fold == b'h' => true,
        [.., last] => matches!(last.fold, b'c' | b'p' | b't'),
        [] => false,
    }
}

/// Where the tone mark belongs in a rime, new style: on the last ă â ê ô ơ ư;
/// else on the last vowel before a final consonant; else on the first of two
/// vowels and the middle of three (`hòa`, `thủy`, `ngoài`).
fn tone_place(rime: &[Letter]) -> usize {
    if let Some(place) = rime.iter().rposition(|l| l.has_quality()) {
        return place;
    }
    let n_vowels = rime.iter().take_while(|l| l.is_vowel()).count();
    let closed = n_vowels < rime.len();
    match n_vowels {
        0 | 1 => 0,
        n if closed => n - 1,
        2 => 0,
        _ => 1,
    }
}

/// The pair of letter positions (from, to) by which the tone mark of `word`
/// must move to its canonical place; `None` when it is there or when `word` is
/// no Vietnamese syllable.
pub(crate) fn tone_move(letters: &Letters) -> Option<(usize, usize)> {
    let (_, from) = letters.tone()?;
    // Most marks stand on the last ă â ê ô ơ ư or on the only vowel: no parse needed.
    let last_quality = letters.all().iter().rposition(|l| l.has_quality());
    let n_vowels = letters.all().iter().filter(|l| l.is_vowel()).count();
    if last_quality == Some(from) || n_vowels < 2 {
        return None;
    }
    let onset = letters.toneless_onset_len()?;
    let to = onset + tone_place(&letters.all()[onset..]);
    (to != from).then_some((from, to))
}

impl Letters {
    /// As `onset_len`, but with the tone mark looked through even where it
    /// stands on a letter of the onset (`qúy`, `gía`).
    fn toneless_onset_len(&self) -> Option<usize> {
        let mut toneless = *self;
        for l in &mut toneless.row[..self.n] {
            l.tone = 0;
        }
        toneless.onset_len(false)
    }
}

/// `word` with its tone mark moved to the canonical place, case kept; `None`
/// when nothing moves.
pub(crate) fn place_tone(word: &str) -> Option<String> {
    let letters = Letters::read(word)?;
    let (from, to) = tone_move(&letters)?;
    let tone = letters.row[from].tone;
    let moved = word.chars().enumerate().map(|(i, c)| match i {
        i if i == from => set_tone(c, 0),
        i if i == to => set_tone(c, tone),
        _ => c,
    });
    Some(moved.collect())
}

fn set_tone(c: char, tone: Tone) -> char {
    let Some(letter) = letter(c) else { return c };
    let lower = with_tone(letter.lower_char(), tone);
    if c == letter.lower_char() {
        lower
    } else {
        lower.to_uppercase().next().unwrap_or(lower)
    }
}

/// The one spelling that stands for `word` (lower case) and its i/y twin, or
/// `None` when `word` is that spelling or has no twin: `kỹ` gives `kĩ`, `quí`
/// gives `quý`; `tay`, `tai`, `thúy` give nothing.
///
/// Open syllables in h k l m s t v are spelled with i (decree 1989/QĐ-BGDĐT),
/// after `qu` with y.
pub(crate) fn iy_class(letters: &Letters) -> Option<(usize, char)> {
    let all = letters.all();
    let swap = |at: usize, plain: char| Some((at, with_tone(plain, all[at].tone)));
    match all {
        [onset, y]
            if y.fold == b'y'
                && matches!(
                    onset.plain as u8,
                    b'h' | b'k' | b'l' | b'm' | b's' | b't' | b'v'
                ) =>
        {
            swap(1, 'i')
        }
        [q, u, i, coda @ ..]
            if q.fold == b'q' && u.fold == b'u' && u.tone == 0 && i.fold == b'i' =>
        {
            let known = coda.is_empty()
                || pack(coda.iter().map(|l| l.plain)) == pack("t".bytes().map(u16::from))
                || pack(coda.iter().map(|l| l.plain)) == pack("nh".bytes().map(u16::from))
                || pack(coda.iter().map(|l| l.plain)) == pack("ch".bytes().map(u16::from));
            if known { swap(2, 'y') } else { None }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
