//! Function words of the Latin script languages most met in scientific records.
//!
//! Two of ten words of running text are among the commonest fifty of its language, so they tell English from its
//! neighbours in titles too short for trigrams. Own lists, accents removed, in order of frequency.

use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// Index of English in [`LANGUAGES`].
pub(super) const ENGLISH: usize = 0;

/// ISO 639-1 code and function words of each language.
pub(super) const LANGUAGES: &[(&str, &str)] = &[
    (
        "en",
        "the of and to a in is that for it as was with be by on not he his but at are this have from or had an they \
         which you were all her she there would their we been has when who will more no if out so up into than them \
         can only other its do two about these may then any some very such could our what should how each between \
         through where those both during before under must because over using based against upon without within \
         via toward towards among while does did your my i whether however also after since per",
    ),
    (
        "fr",
        "le la les de des du un une et est en que qui dans pour sur pas par plus ce cette ces il elle ils avec au aux \
         se sa son ses ou ne nous vous leur leurs mais si etre sont a ont comme tout tous fait peut meme entre sans \
         sous apres deux dont lors aussi cet y on lui ainsi chez vers donc d l qu n s c j je tu me",
    ),
    (
        "de",
        "der die das und in den von zu mit sich des auf fur ist im dem nicht ein eine als auch es an werden aus er hat \
         dass sie nach wird bei einer um am sind noch wie einem uber einen so zum war haben nur oder aber vor zur bis \
         mehr durch man sein wurde wenn ihre unter kann diese dieser dieses beim wir ich ihr was zwischen gegen keine \
         kein mich du mir ohne vom eines sei alle",
    ),
    (
        "es",
        "de la que el en y a los se del las un por con no una su para es al lo como mas o pero sus le ha me si sin \
         sobre este ya entre cuando todo esta ser son dos tambien fue habia era muy hasta desde mi nos porque estos \
         esto quien ni donde e unos cada otro otra yo te hay hacia segun",
    ),
    (
        "pt",
        "de a o que e do da em um para com nao uma os no se na por mais as dos como mas ao ele das seu sua ou quando \
         muito nos ja eu tambem so pelo pela ate isso ela entre depois sem mesmo aos seus quem nas me esse este esta \
         eles foi ser sao esta voce num numa cada sobre",
    ),
    (
        "it",
        "di e il la che in un a per non una i con del si da le al dei sono nel della come piu o ma lo gli alla anche \
         se delle dal ha ed suo sua loro ad questo questa dalla nella ai essere tra degli sul due tutti tutto cui fra \
         mi ci ogni quando chi perche c l d nell dell all sulla stato era ne io",
    ),
    (
        "nl",
        "de van het een en in is dat op te zijn met voor niet aan er om ook als dan maar bij uit nog worden wordt naar \
         heeft hebben door over ze zich of deze kan geen die hij dit werd was tot je ik men u al meer tegen onder moet \
         kunnen wat zal hun haar tussen alle",
    ),
    (
        "da",
        "og i at det er en til af den pa for de med der ikke som et har fra han var men om kan vil efter eller skal ved \
         sig hvis blev ud nar op sa denne dette mellem kun under alle jeg du over sin ogsa vi mod end hvad disse bliver \
         brug",
    ),
    (
        "no",
        "og i det er en til av den pa for de med som ikke et har fra han var men om kan vil etter eller skal ved seg \
         hvis ble ut nar opp sa denne dette mellom bare under alle jeg du over sin ogsa vi mot enn hva disse blir dei \
         ein eit ikkje bruk",
    ),
    (
        "sv",
        "och i att det som en pa ar av for med till den har de inte om ett han men var fran sig sa kan nar skall ska \
         eller efter vid ut upp denna detta mellan bara under alla jag du over sin ocksa vi mot vad dessa blir utan \
         endast varje annu",
    ),
    (
        "fi",
        "ja on ei se etta joka mutta kun oli tai ovat niin jos myos kuin sen voi ole hanen nyt mita kaikki ennen \
         jonka jotka tama taman nama mukaan sita kanssa vain",
    ),
    (
        "pl",
        "i w na z do ze sie nie jest to o po od za jak co ktory ktora ktore ale dla przez jego a oraz tak czy przy ich \
         byl jako tylko lub przed aby moze juz ten te tego nad pod bez jej byc u sa jeszcze gdy wszystkie",
    ),
    (
        "cs",
        "a v je na se ze do s z i to k o za pro jako od ale po by si jsou ve ktery ktera ktere nebo tak jak podle pri \
         jeho co az byl pouze pokud lze neni uz take mezi pred bez toto tento pouzije aby kdyz bude",
    ),
    (
        "hu",
        "a az es hogy nem is egy ha meg ez csak de vagy mint volt ki el mar azt lehet kell minden nagy be le fel sem \
         aki amely olyan meg igy ezt alapertelmezett",
    ),
    (
        "ro",
        "de si in a la cu pe din care nu este un o sa ca mai pentru se au fost sunt al ale prin sau dar fi lui ce \
         este dupa acest aceasta fara acesta intr doar daca i va",
    ),
    (
        "id",
        "yang dan di dengan untuk pada dari ini dalam tidak adalah ke itu akan oleh juga sebagai atau dapat telah \
         lebih ada anda mereka tersebut bahwa karena jika saya hanya secara",
    ),
    (
        "la",
        "et in est non ad ut cum quod qui sed si quae ex per ab de sunt esse hoc enim nec quam atque aut etiam",
    ),
];

static WORDS: LazyLock<FxHashMap<&[u8], u32>> = LazyLock::new(|| {
    let mut words = FxHashMap::default();
    for (index, (_, list)) in LANGUAGES.iter().enumerate() {
        for word in list.split_whitespace() {
            *words.entry(word.as_bytes()).or_default() |= 1 << index;
        }
    }
    words
});

/// The languages that have the word, one bit each in the order of [`LANGUAGES`].
///
/// `folded` is lower-case with accents removed; a word that carried accents (`plain` false) is not English.
pub(super) fn languages(folded: &[u8], plain: bool) -> u32 {
    let found = WORDS.get(folded).copied().unwrap_or(0);
    if plain {
        found
    } else {
        found & !(1 << ENGLISH)
    }
}

/// Whether a lower-case ASCII word is a function word of English.
pub(crate) fn is_english(word: &str) -> bool {
    languages(word.as_bytes(), true) & (1 << ENGLISH) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_know_their_languages() {
        let codes = |word: &str, plain| {
            let mask = languages(word.as_bytes(), plain);
            (0..LANGUAGES.len())
                .filter(|i| mask & (1 << i) != 0)
                .map(|i| LANGUAGES[i].0)
                .collect::<Vec<_>>()
        };
        assert_eq!(codes("which", true), ["en"]);
        assert_eq!(codes("und", true), ["de"]);
        assert_eq!(codes("for", true), ["en", "da", "no", "sv"]);
        assert_eq!(codes("for", false), ["da", "no", "sv"], "för, før");
        assert!(codes("polymer", true).is_empty());
    }

    #[test]
    fn the_lists_fit_the_mask_and_are_folded() {
        assert!(LANGUAGES.len() <= 32);
        assert_eq!(LANGUAGES[ENGLISH].0, "en");
        assert!(
            LANGUAGES
                .iter()
                .all(|(_, list)| list.chars().all(|c| c.is_ascii_lowercase() || c == ' '))
        );
    }
}
