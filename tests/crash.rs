//! `kill -9` at twenty moments of an ingest: run again, the catalogue and the
//! index are those of an undisturbed run, every time.

use std::{
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use crate::installation::Installation;

/// Mixes a seed (splitmix64; Steele, Lea, Flood, 2014): the moments are the
/// same at every run of the test.
pub(crate) fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

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
    let report = installation.ingest(std::path::Path::new(&folder));
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
    let whole = start.elapsed();
    let wanted = state(&undisturbed);
    assert!(wanted.0.lines().count() > 11_000);
    let mut n_interrupted = 0;
    for kill in 0..N_KILLS {
        let installation = Installation::new();
        let folder = inputs(&installation);
        // The moments cover the run from its start to its end.
        let share = (kill as f64 + (mix(kill) % 1000) as f64 / 1000.0) / N_KILLS as f64;
        let moment = whole.mul_f64(share);
        n_interrupted += usize::from(kill_after(&installation, &folder, moment));
        let resumed = installation.ingest(&folder);
        assert_eq!(resumed.status, 3, "kill {kill}: {}", resumed.stderr);
        let found = state(&installation);
        assert!(
            found == wanted,
            "kill {kill} at {moment:?} of {whole:?}: {}",
            difference(&found, &wanted)
        );
    }
    assert!(
        n_interrupted >= 10,
        "only {n_interrupted} runs were killed in time"
    );
}

/// Whether the program was still running.
fn kill_after(installation: &Installation, folder: &std::path::Path, moment: Duration) -> bool {
    let mut child = installation
        .command()
        .arg("ingest")
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    thread::sleep(moment);
    let was_running = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    was_running
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
