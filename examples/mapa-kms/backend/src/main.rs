use axum::{routing::get, Json, Router};
use serde::Serialize;
use tokio::net::TcpListener;

#[derive(Serialize)]
struct Town {
    id: u32,
    name: &'static str,
}

async fn selection() -> Json<Vec<Town>> {
    Json(vec![
        Town { id: 1, name: "Kalundborg" },
        Town { id: 2, name: "Slagelse" },
    ])
}

async fn health() -> &'static str {
    "healthy"
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/api/v1/towns/selection", get(selection))
        .route("/health", get(health));
    let listener = TcpListener::bind("0.0.0.0:3000").await.expect("port 3000 is free");
    axum::serve(listener, app).await.expect("the server runs");
}
