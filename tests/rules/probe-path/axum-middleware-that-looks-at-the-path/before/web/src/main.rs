use axum::{routing::{get, post}, Router};

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .layer(axum::middleware::from_fn(alive));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

async fn alive(request: axum::extract::Request, next: axum::middleware::Next) -> axum::response::Response {
    if request.uri().path() == "/live" {
        return axum::response::Response::default();
    }
    next.run(request).await
}
