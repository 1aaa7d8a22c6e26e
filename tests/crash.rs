//! `kill -9` at twenty moments of an ingest: run again, the catalogue and the
//! index are those of an undisturbed run, every time.

use std::{path::Path, time::Instant};

use crate::{
    installation::Installation,
    killing::{Lasting, mix, shares},
};

const N_KILLS: u64 = 20;
const N_RECORDS: u64 = 12_000;

fn lines() -> String {
    let mut lines = String::new();
    for n in 0..N_RECORDS {
        let word = mix(n);
        lines += &match n % 97 {
            // Broken, repeated, and repeated with other content.
            13 => format!("{{\"id\":\"r{n}\",\n"),
            14 => format!("{{\"id\":\"r{}\",\"title\":\"Other {n}\"}}\n", n - 6),
            _ => format!(
                "{{\"id\":\"r{n}\",\"title\":\"Record {n} on {word:x}\",\"abstract\":\"Nghiên cứu {word} về lúa\",\"doi\":\"10.1/{n}\",\"year\":{}}}\n",
                1990 + n % 30
            ),
        };
    }
    lines
}

/// Makes the inputs: a large file, documents, and a bibliography that merges
/// into the large file.
fn inputs(installation: &Installation) -> std::path::PathBuf {
    let path = installation.input("a.jsonl", lines());
    for n in 0..30 {
        installation.input(
            &format!("b/{n:02}.txt"),
            format!("Báo cáo số {n} về xâm nhập mặn.\n"),
        );
    }
    let entries: String = (0..200)
        .map(|n| {
            format!(
                "@article{{k{n}, title={{Copy {n}}}, author={{Smith, Ann}}, doi={{10.1/{n}}}}}\n"
            )
        })
        .collect();
    installation.input("c.bib", entries);
    path.parent().unwrap().to_owned()
}

/// What must be the same: every record that the index finds, without the
/// folder of its source; how many match a word; what was set aside.
fn state(installation: &Installation) -> (String, usize, String) {
    let folder = inputs_folder(installation);
    let dump = installation.dump().replace(&folder, "IN");
    let found = installation.run(&["export", "xâm nhập mặn", "--format", "csv"]);
    let report = installation.ingest(Path::new(&folder));
    assert_eq!(report.status, 3, "{}", report.stderr);
    let report = report.json();
    assert_eq!(
        (&report["added"], &report["updated"]),
        (&0.into(), &0.into()),
        "{report}"
    );
    let aside = report["quarantined"].to_string().replace(&folder, "IN");
    (dump, found.stdout.lines().count(), aside)
}

fn inputs_folder(installation: &Installation) -> String {
    let data = installation.data();
    data.parent().unwrap().join("in").display().to_string()
}

#[test]
fn killed_at_any_moment_and_run_again_is_as_if_never_killed() {
    let undisturbed = Installation::new();
    let folder = inputs(&undisturbed);
    let start = Instant::now();
    assert_eq!(undisturbed.ingest(&folder).status, 3);
    let mut lasting = Lasting::since(start);
    let wanted = state(&undisturbed);
    assert!(wanted.0.lines().count() > 11_000);
    for (kill, share) in shares(N_KILLS, 0).enumerate() {
        let installation = lasting.kill_at(share, || {
            let installation = Installation::new();
            let folder = inputs(&installation);
            let mut command = installation.command();
            command.arg("ingest").arg(folder);
            (installation, command)
        });
        let folder = inputs_folder(&installation);
        let resumed = installation.ingest(Path::new(&folder));
        assert_eq!(resumed.status, 3, "kill {kill}: {}", resumed.stderr);
        let found = state(&installation);
        assert!(
            found == wanted,
            "kill {kill} at {share:.3} of {lasting:?}: {}",
            difference(&found, &wanted)
        );
    }
}

#[test]
fn killed_while_the_library_is_made_leaves_one_that_opens() {
    let library = || {
        let installation = Installation::new();
        let path = installation.input("one.jsonl", "{\"id\":\"r1\",\"title\":\"Lúa\"}\n");
        let mut command = installation.command();
        command.arg("ingest").arg(&path);
        ((installation, path), command)
    };
    let ((undisturbed, path), _) = library();
    let start = Instant::now();
    assert_eq!(undisturbed.ingest(&path).status, 0);
    let mut lasting = Lasting::since(start);
    for (kill, share) in shares(3 * N_KILLS, 200).enumerate() {
        let (installation, path) = lasting.kill_at(share, library);
        let resumed = installation.ingest(&path);
        assert_eq!(resumed.status, 0, "kill {kill}: {}", resumed.stderr);
        assert!(installation.dump().contains("\"Lúa\""), "kill {kill}");
    }
}

fn difference(found: &(String, usize, String), wanted: &(String, usize, String)) -> String {
    let lines = found.0.lines().zip(wanted.0.lines());
    let first = lines.into_iter().find(|(a, b)| a != b);
    format!(
        "{} lines for {}, first that differs {first:?}; {} hits for {}; aside the same: {}",
        found.0.lines().count(),
        wanted.0.lines().count(),
        found.1,
        wanted.1,
        found.2 == wanted.2
    )
}
