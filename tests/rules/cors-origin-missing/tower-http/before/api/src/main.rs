use axum::{http::HeaderValue, Router};
use tower_http::cors::CorsLayer;

#[tokio::main]
async fn main() {
    let pages = CorsLayer::new().allow_origin([
        "http://localhost:3000".parse::<HeaderValue>().unwrap(),
        "http://localhost:5173".parse::<HeaderValue>().unwrap(),
    ]);
    let app = Router::new().layer(pages);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8200").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
