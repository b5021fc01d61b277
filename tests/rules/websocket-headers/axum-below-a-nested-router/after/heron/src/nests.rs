use axum::{
    extract::{ws::{WebSocket, WebSocketUpgrade}, Path},
    response::IntoResponse,
    routing::{any, get},
    Router,
};

pub fn routes() -> Router {
    Router::new()
        .route("/", get(listed))
        .route("/{nest}/watch", any(watched))
}

async fn listed() -> &'static str {
    "[]"
}

// async fn old(upgrade: WebSocketUpgrade) {}
async fn seen(Path(nest): Path<u32>) -> String {
    format!("{nest}")
}

async fn watched(Path(nest): Path<u32>, upgrade: WebSocketUpgrade) -> impl IntoResponse {
    upgrade.on_upgrade(move |socket| watch(socket, nest))
}

async fn watch(mut socket: WebSocket, _nest: u32) {
    let _ = socket.recv().await;
}
