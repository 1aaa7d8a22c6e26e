//! Words of French that stand in texts of every subject, beside those of the
//! search index (`index/stopwords.txt`), which knows Vietnamese and English:
//! function words, and what abstracts of any science say of themselves.
//! Chosen by hand from the words in most of the French abstracts of the ACL
//! Anthology.

use std::{collections::HashSet, sync::LazyLock};

const FRENCH: &str = "
    afin ailleurs ainsi alors après article articles assez au aucun aucune aussi autre autres aux
    avant avec avoir avons beaucoup bien car cas ce ceci cela celle celles celui cependant certain
    certaine certaines certains ces cet cette ceux chacun chaque chez cinq comme comment comparons
    conclusion consiste contexte contre dans de depuis derniers dernière des deux devons différent
    différente différentes différents discutons dit doit doivent donc donner donné données donnons
    dont du décrit décrivons définissons démonstration elle elles en encore encourageants enfin
    ensuite entre est et ete etre eux expérience expériences façon fait faire fois font grand
    grande général généralement grâce ici il ils intéressants jusqu la laquelle le lequel les
    lesquelles lesquels leur leurs lieu lors lorsque lui là mais manière meilleur meilleure
    meilleurs même mêmes méthode méthodes mettons mieux mise moins montre montrent montrer montrons
    ne niveau nombreuses nombreux non nos notamment notre nous nouveau nouveaux nouvel nouvelle
    nouvelles objectif obtenir obtenons obtenue obtenus on ont or où outil outils outre papier par
    parce parmi part particulier particulière partie parties partir parties permet permettant
    permettent permettre perspectives peu peut peuvent plus plusieurs point possible possibles pour
    pourquoi pouvoir premier première premiers premières principal principale principaux proche
    propos proposer proposition proposons proposé proposée présent présente présenter présenterons
    présentons puis qu quand quatre que quel quelle quelles quelques quels qui quoi rapport
    rapportons rapports recherche résultat résultats sa sans se selon sera seront ses seul seule
    seulement si sien soit son sont sous souvent suite suivant sur système systèmes ses tandis tant
    tel telle telles tels tous tout toute toutefois toutes travail travaux traitons tres trois très
    type types un une utilisant utilise utilisent utiliser utilisons utilisé utilisée utilisées
    utilisés vers via voir vont vous à ça été étaient était étant étude études étudions étudié être
    évaluation évaluations évaluer évaluons approche approches basé basée basés cadre but problème
    problèmes question questions ligne nombre ensemble cours
";

static FRENCH_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| FRENCH.split_whitespace().collect());

/// Whether a word of a language, in lower case, tells nothing of a subject.
pub(crate) fn is_function_word(word: &str, language: &str) -> bool {
    language == "fr" && FRENCH_SET.contains(word)
}
