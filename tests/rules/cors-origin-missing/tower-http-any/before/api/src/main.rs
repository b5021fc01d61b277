use axum::Router;
use tower_http::cors::{Any, CorsLayer};

#[tokio::main]
async fn main() {
    let app: Router = Router::new().layer(CorsLayer::new().allow_origin(Any));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8200").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
