//! Two independent forward passes of the same weights agree.

use candle_core::Device;

use crate::{DeviceModel, Embedder as _, Model, Precision, TextRole};

#[test]
fn candle_and_our_own_pass_agree() {
    let folder = crate::model::tests::small_model();
    let open = || Model::open(folder.path(), Some(Precision::F32)).unwrap();
    let texts = ["a", "a b b", "b a b b a a a"];
    let own = open().embed(&texts, TextRole::Passage).unwrap();
    let candle = DeviceModel::new(open(), Device::Cpu).unwrap();
    for (a, b) in own
        .iter()
        .zip(candle.embed(&texts, TextRole::Passage).unwrap())
    {
        let cosine: f32 = a.iter().zip(&b).map(|(x, y)| x * y).sum();
        assert!(cosine > 0.999_99, "{cosine}");
    }
}

#[test]
fn candle_and_our_own_pass_agree_on_the_default_model() {
    let Some(folder) = crate::model::tests::real_folder() else {
        return;
    };
    let open = || Model::open(&folder, Some(Precision::F32)).unwrap();
    let texts = crate::model::tests::TEXTS;
    let own = open().embed(&texts, TextRole::Passage).unwrap();
    let candle = DeviceModel::new(open(), Device::Cpu).unwrap();
    for (a, b) in own
        .iter()
        .zip(candle.embed(&texts, TextRole::Passage).unwrap())
    {
        let cosine: f32 = a.iter().zip(&b).map(|(x, y)| x * y).sum();
        assert!(cosine > 0.9999, "{cosine}");
    }
}
