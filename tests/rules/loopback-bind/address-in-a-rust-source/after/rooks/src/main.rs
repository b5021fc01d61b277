use axum::{routing::get, Router};

#[tokio::main]
async fn main() {
    let app = Router::new().route("/rooks", get(|| async { "rooks" }));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:7620").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
