use axum::{
    routing::{delete, get},
    Router,
};

pub fn router() -> Router {
    Router::new()
        .route("/orders/:id", get(order).delete(remove))
        .merge(status())
}

fn status() -> Router {
    Router::new().route("/healthz", get(|| async { "ok" }))
}

async fn order() -> &'static str {
    "order"
}

async fn remove() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn answers() {
        let _ = Router::new().route("/health", get(order)).merge(super::router());
    }
}
