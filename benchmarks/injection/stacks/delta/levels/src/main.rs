use axum::{extract::Path, routing::get, Json, Router};
use serde_json::{json, Value};

async fn all() -> Json<Value> {
    Json(json!({"arms": [one_of("north"), one_of("south")]}))
}

async fn one(Path(arm): Path<String>) -> Json<Value> {
    Json(one_of(&arm))
}

fn one_of(arm: &str) -> Value {
    json!({"arm": arm, "level": 2.4, "kept": std::env::var("CACHE_ADDR").ok()})
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/levels", get(all))
        .route("/levels/:arm", get(one))
        .route("/ready", get(|| async { "ready" }));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:7000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
