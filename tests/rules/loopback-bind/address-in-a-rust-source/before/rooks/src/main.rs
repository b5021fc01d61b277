use axum::{routing::get, Router};

#[tokio::main]
async fn main() {
    let app = Router::new().route("/rooks", get(|| async { "rooks" }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:7620").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
