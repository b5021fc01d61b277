use axum::{extract::ws::WebSocketUpgrade, response::Response, routing::get, Router};

async fn swim(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(|_socket| async {})
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/api/fish", get(|| async { "[]" }))
        .route("/swim", get(swim));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:7700").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
