mod nests;

use axum::{routing::get, Router};

#[tokio::main]
async fn main() {
    let api = Router::new()
        .route("/health", get(|| async { "well" }))
        .nest("/nests", nests::routes());
    let app = Router::new().nest("/api", api);

    let listener = tokio::net::TcpListener::bind("0.0.0.0:4040").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
